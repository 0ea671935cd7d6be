import { extractWWWAuthenticateParams } from '@modelcontextprotocol/client'
import * as z from 'zod'
import { type Places, placeOf } from './places.ts'
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
export function describeExchange(exchange: Exchange, places: Places): Description {
  if (isPlainError(exchange)) return { sent: '', received: exchange.received }
  const { pathname } = exchange.url
  const [, describe] = DESCRIPTIONS.find(([pattern]) => pattern.test(pathname)) ?? ['', describeMcp]
  return describe(exchange, places)
}

/** An OAuth error says best itself what it is; a challenge and a page are described. */
function isPlainError({ status, headers }: Exchange): boolean {
  const isJson = headers.get('content-type')?.includes('json') ?? false
  return status >= 400 && isJson && !headers.has('www-authenticate')
}

const DESCRIPTIONS: readonly (readonly [
  RegExp,
  (exchange: Exchange, places: Places) => Description,
])[] = [
  [/^\/\.well-known\/oauth-protected-resource/, describeResourceMetadata],
  [/^\/\.well-known\//, describeServerMetadata],
  [/^\/register$/, describeRegistration],
  [/\/authorize$/, describeAuthorization],
  [/^\/interaction\//, describeForm],
  [/^\/callback\//, describeCallback],
  [/\/token$/, describeToken],
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

function describeAuthorization(exchange: Exchange, places: Places): Description {
  const { searchParams } = exchange.url
  const words = [
    searchParams.has('code_challenge') && `${searchParams.get('code_challenge_method')} challenge`,
    ...['resource', 'state', 'nonce'].filter((name) => searchParams.has(name)),
  ]
  return { sent: words.filter(Boolean).join(', '), received: describePage(exchange, places) }
}

function describeForm(exchange: Exchange, places: Places): Description {
  const form = new URLSearchParams(exchange.sent)
  const user = form.get('username')
  const decision = form.get('decision') ?? (form.has('allow') ? 'allow' : 'deny')
  const sent = user === null ? decision : `${user} password ${HIDDEN}`
  return { sent, received: describePage(exchange, places) }
}

function describeCallback(exchange: Exchange, places: Places): Description {
  const names = [...exchange.url.searchParams.keys()]
  return { sent: names.join(', '), received: describePage(exchange, places) }
}

function describePage(
  { headers, received }: Pick<Exchange, 'headers' | 'received'>,
  places: Places,
): string {
  const location = headers.get('location')
  if (location === null) return `page "${/<title>(.*?)<\/title>/.exec(received)?.[1] ?? ''}"`
  const url = new URL(location)
  const { origin, pathname, searchParams } = url
  const place = placeOf(places, url)
  if (place !== undefined && !searchParams.has('code')) return `on to ${place}`
  return `back to ${place ?? origin}${pathname} with ${[...searchParams.keys()].join(', ')}`
}

const TokenAnswer = z.object({
  access_token: z.string(),
  expires_in: z.number(),
  scope: z.string(),
})

function describeToken({ actor, received }: Exchange): Description {
  const sent = `code ${HIDDEN} code_verifier ${HIDDEN}`
  const { access_token, expires_in, scope } = parse(TokenAnswer, received)
  if (actor === 'auth') return { sent, received: `tokens ${HIDDEN} that stay on the server` }
  const payload = Buffer.from(access_token.split('.')[1] ?? '', 'base64url').toString()
  const { aud, name } = parse(z.object({ aud: z.string(), name: z.string() }), payload)
  return {
    sent,
    received: `access token ${HIDDEN} of ${name} for ${aud}, ${expires_in} s, scope "${scope}"`,
  }
}

const SERVER_INFO = 'io.modelcontextprotocol/serverInfo'
const Message = z.object({
  method: z.string(),
  params: z.object({ name: z.string().optional() }).optional(),
})
const ErrorAnswer = z.object({ error: z.object({ code: z.number(), message: z.string() }) })
const Answer = z.object({
  result: z.object({
    tools: z.array(z.object({ name: z.string() })).default([]),
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
  const failed = ErrorAnswer.safeParse(JSON.parse(received)).data
  if (failed !== undefined) return `error ${failed.error.code} "${failed.error.message}"`
  const { content, tools, supportedVersions, _meta: meta } = parse(Answer, received).result
  if (tools.length > 0) return `tools ${tools.map(({ name }) => name).join(', ')}`
  if (content.length > 0) return content.map(({ text }) => `"${text}"`).join(' ')
  return `server "${meta[SERVER_INFO]?.name ?? ''}", MCP ${supportedVersions.join(', ')}`
}

function parse<Schema extends z.ZodType>(schema: Schema, text: string): z.output<Schema> {
  return schema.parse(JSON.parse(text))
}
