import type { ClaimPlaces, ProviderProfile } from './profile.ts'

/** What `describeWso2Product` leaves to each of the two. */
type OwnFields = 'id' | 'issuer' | 'needsServer' | 'steps' | 'title' | 'traps'

export const WSO2_CLAIMS: ClaimPlaces = {
  scopes: ['scope'],
  roles: ['roles'],
  groups: ['groups'],
  permissions: [],
  clientId: ['azp', 'client_id'],
  tenant: ['org_id'],
}

/**
 * What is known of WSO2 Identity Server and of Asgardeo, which is the same product as a service.
 *
 * @param docs Where the documentation of the one or the other begins.
 */
export function describeWso2Product(docs: string): Omit<ProviderProfile, OwnFields> {
  const tokens = `${docs}references/tokens/access-tokens/`
  return {
    discovery: '`/.well-known/openid-configuration` after the issuer',
    audience: {
      text: 'the client ID, unless the application adds your resource identifier',
      source: tokens,
    },
    claims: WSO2_CLAIMS,
    tokens: 'jwt or opaque',
    registration: {
      supported: 'option',
      text: 'named among what MCP clients can use',
      source: `${docs}guides/agentic-ai/mcp/`,
    },
    clientIdDocuments: {
      supported: 'unconfirmed',
      text: 'the documentation that could be read does not mention them',
    },
    resourceIndicators: {
      supported: 'unconfirmed',
      text: 'the documentation that could be read does not mention `resource`',
    },
    pkceAdvertised: {
      supported: 'unconfirmed',
      text: 'no page of the documentation that could be read shows the document',
    },
    revocation: {
      supported: 'unconfirmed',
      text: 'the pages that were read do not mention the endpoint',
    },
    extraParameters: {},
    refresh: [
      {
        text: 'come where the application allows the grant type **Refresh Token**.',
        source: `${docs}references/tokens/refresh-tokens/`,
      },
    ],
    directSteps: [
      '**Resources** → **MCP Servers**: register your server with the scopes of your policy.',
      '**Applications** → **MCP Client Application**, and authorize it for the server.',
      'Its **Access Token**: type **JWT**, and your resource identifier as audience.',
    ],
    unconfirmed: [
      'the names of the menus were not all seen in the documentation',
      '`roles` and `groups` in access tokens',
      'whether registration asks for authentication',
    ],
    emulated: false,
  }
}
