import {
  type CreateConnectionsOptions,
  createConnections,
  oauthService,
  secretService,
} from 'mcp-gatehouse/connections'
import { services } from 'mcp-gatehouse/providers'

const JIRA = 'https://acme.atlassian.net'

function basic({ email, token }: Readonly<Record<string, string>>) {
  return { authorization: `Basic ${btoa(`${email}:${token}`)}` }
}

/** Connections to GitHub, which users authorize, and to Jira, whose API token they type in. */
export function connect(
  surroundings: Pick<CreateConnectionsOptions, 'identity' | 'keys' | 'storage'>,
) {
  return createConnections({
    ...surroundings,
    baseUrl: 'https://mcp.example.com',
    services: {
      github: oauthService({
        profile: services.github,
        clientId: 'Iv1.8a61f9b3a7aba766',
        clientSecret: process.env['GITHUB_CLIENT_SECRET'] ?? '',
        scopes: ['repo'],
        scopeTexts: { repo: 'Read and write your repositories' },
      }),
      jira: secretService({
        title: 'Jira',
        guide: 'Create an API token under **Account settings** → **Security**.',
        fields: {
          email: { label: 'E-mail address', type: 'string' },
          token: { label: 'API token', hint: 'It is shown once.' },
        },
        apiOrigins: [JIRA],
        authorize: basic,
        async verify(fields, { signal }) {
          const response = await fetch(`${JIRA}/rest/api/3/myself`, {
            headers: basic(fields),
            signal,
          })
          if (response.status === 401) return { errors: { token: 'Jira does not accept this.' } }
          if (!response.ok) throw new Error('Jira cannot be asked')
          const user = (await response.json()) as Record<'accountId' | 'displayName', string>
          return { account: { id: user.accountId, name: user.displayName } }
        },
      }),
    },
  })
}
