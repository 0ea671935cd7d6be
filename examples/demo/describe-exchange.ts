import { extractWWWAuthenticateParams } from '@modelcontextprotocol/client'
import * as z from 'zod'
import type { Exchange } from './recorder.ts'

/** An exchange in words. Secrets are left out. */
export interface Description {
  /** What was sent, beside method and path. */
  readonly sent: string
  /** What came back, beside the status. */
  readonly received: string
}

const HIDDEN = '••••'

/** Says what an exchange was about. */
export function describeExchange(exchange: Exchange): Description {
  if (isPlainError(exchange)) return { sent: '', received: exchange.received }
  const { pathname } = exchange.url
  const [, describe] = DESCRIPTIONS.find(([prefix]) => pathname.startsWith(prefix)) ?? [
    '',
    describeMcp,
  ]
  return describe(exchange)
}

/** An OAuth error says best itself what it is; a challenge and a page are described. */
function isPlainError({ status, headers }: Exchange): boolean {
  const isJson = headers.get('content-type')?.includes('json') ?? false
  return status >= 400 && isJson && !headers.has('www-authenticate')
}

const DESCRIPTIONS: readonly (readonly [string, (exchange: Exchange) => Description])[] = [
  ['/.well-known/oauth-protected-resource', describeResourceMetadata],
  ['/.well-known/', describeServerMetadata],
  ['/register', describeRegistration],
  ['/authorize', describeAuthorization],
  ['/interaction', describeForm],
  ['/token', describeToken],
]

function describeResourceMetadata({ received }: Exchange): Description {
  const { authorization_servers: servers } = parse(
    z.object({ authorization_servers: z.array(z.string()) }),
    received,
  )
  return { sent: '', received: `tokens come from ${servers.join(', ')}` }
}

function describeServerMetadata({ received }: Exchange): Description {
  const document = parse(
    z.object({ code_challenge_methods_supported: z.array(z.string()), issuer: z.string() }),
    received,
  )
  const methods = document.code_challenge_methods_supported.join(', ')
  return { sent: '', received: `issuer ${document.issuer}, PKCE ${methods}, registration` }
}

function describeRegistration({ sent, received }: Exchange): Description {
  const { client_name: name } = parse(z.object({ client_name: z.string() }), sent)
  const { client_id: id } = parse(z.object({ client_id: z.string() }), received)
  return { sent: `"${name}"`, received: `client_id ${id.slice(0, 8)}…, a public client` }
}

function describeAuthorization({ url, ...exchange }: Exchange): Description {
  const method = url.searchParams.get('code_challenge_method')
  return { sent: `${method} challenge, resource, state`, received: describePage(exchange) }
}

function describeForm({ sent, ...exchange }: Exchange): Description {
  const form = new URLSearchParams(sent)
  const user = form.get('username')
  const words =
    user === null ? [form.get('action'), ...form.getAll('scope')] : [user, `password ${HIDDEN}`]
  return { sent: words.join(' '), received: describePage(exchange) }
}

function describePage({ headers, received }: Pick<Exchange, 'headers' | 'received'>): string {
  const location = headers.get('location')
  if (location === null) return `page "${/<title>(.*?)<\/title>/.exec(received)?.[1] ?? ''}"`
  const { origin, pathname, searchParams } = new URL(location)
  return `back to ${origin}${pathname} with ${[...searchParams.keys()].join(', ')}`
}

function describeToken({ received }: Exchange): Description {
  const { access_token, expires_in, scope } = parse(
    z.object({ access_token: z.string(), expires_in: z.number(), scope: z.string() }),
    received,
  )
  const payload = Buffer.from(access_token.split('.')[1] ?? '', 'base64url').toString()
  const { sub } = parse(z.object({ sub: z.string() }), payload)
  return {
    sent: `code ${HIDDEN} code_verifier ${HIDDEN}`,
    received: `access token ${HIDDEN} of ${sub} for ${expires_in} s, scope "${scope}"`,
  }
}

const SERVER_INFO = 'io.modelcontextprotocol/serverInfo'
const Message = z.object({
  method: z.string(),
  params: z.object({ name: z.string().optional() }).optional(),
})
const Answer = z.object({
  result: z.object({
    content: z.array(z.object({ text: z.string() })).default([]),
    supportedVersions: z.array(z.string()).default([]),
    _meta: z.object({ [SERVER_INFO]: z.object({ name: z.string() }).optional() }).default({}),
  }),
})

function describeMcp({ sent, status, headers, received }: Exchange): Description {
  const { method, params } = parse(Message, sent)
  const words = [method, params?.name].filter((word) => word !== undefined).join(' ')
  const challenge = describeChallenge(status, headers)
  return { sent: words, received: challenge ?? describeResult(received) }
}

function describeChallenge(status: number, headers: Headers): string | undefined {
  if (!headers.has('www-authenticate')) return undefined
  const { error, scope, resourceMetadataUrl } = extractWWWAuthenticateParams(
    new Response(null, { status, headers }),
  )
  const parameters = [
    error && `error="${error}"`,
    scope && `scope="${scope}"`,
    resourceMetadataUrl && 'resource_metadata="…"',
  ]
  return `Bearer ${parameters.filter(Boolean).join(', ')}`
}

function describeResult(received: string): string {
  const { content, supportedVersions, _meta: meta } = parse(Answer, received).result
  if (content.length > 0) return content.map(({ text }) => `"${text}"`).join(' ')
  return `server "${meta[SERVER_INFO]?.name ?? ''}", MCP ${supportedVersions.join(', ')}`
}

function parse<Schema extends z.ZodType>(schema: Schema, text: string): z.output<Schema> {
  return schema.parse(JSON.parse(text))
}
