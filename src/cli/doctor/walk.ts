import { isDocument, serverMetadataUrls, wellKnownUrl } from '../../oauth/index.ts'
import { type Ask, hostKey } from './ask.ts'
import { bearerChallenge } from './challenge.ts'
import { batch, initialize, message, modernMessage, post } from './messages.ts'
import type { AuthorizationServerSeen, Observations } from './observations.ts'
import { type Answer, isAnswer, type Seen } from './seen.ts'

/** The Inspector's page, as a browser names it. */
export const BROWSER_ORIGIN = 'http://localhost:6274'
/** Names that nobody can have (RFC 2606 §2), and a token that nobody issued. */
export const FOREIGN_ORIGIN = 'https://doctor.invalid'
const FORWARDED = {
  'X-Forwarded-Host': 'doctor.invalid',
  'X-Forwarded-Proto': 'https',
  Forwarded: 'host=doctor.invalid;proto=https',
}
const BAD_TOKEN = 'doctor-not-a-token'
const MAX_AUTHORIZATION_SERVERS = 5
const FROM_BROWSER = { Origin: BROWSER_ORIGIN }

export interface WalkTarget {
  readonly url: URL
  readonly written: string
  readonly hosts: ReadonlySet<string>
}

/** Everything that clients of every revision do before they have a token. Nothing is changed there. */
export async function walk(
  { url, written, hosts }: WalkTarget,
  ask: Ask,
): Promise<Omit<Observations, 'registration' | 'signIn'>> {
  const { href } = url
  const first = await ask(href, initialize())
  const { list, ended } = await look(href, first, ask)
  await ended
  const inserted = await ask(wellKnownUrl(url, 'oauth-protected-resource'), get())
  const root = await ask(`${url.origin}/.well-known/oauth-protected-resource`, get())
  const challenged = bearerChallenge(first)?.get('resource_metadata')
  const challengedMetadata = challenged === undefined ? undefined : await ask(challenged, get())
  const resourceMetadata = firstDocument([challengedMetadata, inserted, root])
  const issuers = issuersOf(resourceMetadata) ?? [url.origin]
  const named = issuers.slice(0, MAX_AUTHORIZATION_SERVERS)
  return {
    url,
    written,
    initialize: first,
    list,
    discover: await ask(href, modernMessage('server/discover')),
    listen: await ask(href, { headers: { Accept: 'text/event-stream' } }),
    batch: await ask(href, batch()),
    malformed: await ask(href, post('{"jsonrpc":')),
    otherSlash: await ask(otherSlash(url), initialize()),
    withBadToken: await ask(href, initialize({ Authorization: `Bearer ${BAD_TOKEN}` })),
    withQueryToken: await ask(withQuery(url, BAD_TOKEN), initialize()),
    fromForeignOrigin: await ask(href, initialize({ Origin: FOREIGN_ORIGIN })),
    fromBrowser: await ask(href, initialize(FROM_BROWSER)),
    preflight: await ask(href, {
      method: 'OPTIONS',
      headers: {
        ...FROM_BROWSER,
        'Access-Control-Request-Method': 'POST',
        'Access-Control-Request-Headers': 'authorization,content-type,mcp-protocol-version',
      },
    }),
    forwarded: await ask(href, initialize(FORWARDED)),
    forwardedMetadata: await ask(inserted.url, { headers: FORWARDED }),
    challengedMetadata,
    insertedMetadata: inserted,
    rootMetadata: root,
    resourceMetadata,
    ownServerMetadata: await ask(`${url.origin}/.well-known/oauth-authorization-server`, get()),
    authorizationServers: await Promise.all(
      named.map((issuer) => readAuthorizationServer(issuer, hosts, ask)),
    ),
  }
}

const get = () => ({ headers: { Accept: 'application/json', ...FROM_BROWSER } })

/** Where everybody is let in: what is there to be seen? The session is ended again. */
async function look(
  href: string,
  first: Seen,
  ask: Ask,
): Promise<{ readonly list: Seen | undefined; readonly ended: Promise<Seen> | undefined }> {
  if (!isAnswer(first) || first.status !== 200) return { list: undefined, ended: undefined }
  const session = sessionHeaders(first)
  const list = await ask(href, message('tools/list', {}, session))
  const hasSession = first.headers.has('mcp-session-id')
  const ended = hasSession ? ask(href, { method: 'DELETE', headers: session }) : undefined
  return { list, ended }
}

/** What later requests of a session carry. */
export function sessionHeaders({ headers, json }: Answer): Readonly<Record<string, string>> {
  const id = headers.get('mcp-session-id')
  const result = isDocument(json) && isDocument(json['result']) ? json['result'] : {}
  const version = result['protocolVersion']
  return {
    ...(id !== null && { 'Mcp-Session-Id': id }),
    ...(typeof version === 'string' && { 'MCP-Protocol-Version': version }),
  }
}

function otherSlash(url: URL): string {
  const other = new URL(url)
  other.pathname = url.pathname.endsWith('/') ? url.pathname.slice(0, -1) : `${url.pathname}/`
  return other.href
}

/** The URL with a token where none belongs (RFC 6750 §2.3). */
export function withQuery(url: URL, token: string): string {
  const other = new URL(url)
  other.searchParams.set('access_token', token)
  return other.href
}

function firstDocument(
  all: readonly (Seen | undefined)[],
): Readonly<Record<string, unknown>> | undefined {
  return all.map(documentOf).find((document) => document !== undefined)
}

/** The JSON object of a successful answer. */
export function documentOf(seen: Seen | undefined): Readonly<Record<string, unknown>> | undefined {
  const json = isAnswer(seen) && seen.status === 200 ? seen.json : undefined
  return isDocument(json) ? json : undefined
}

function issuersOf(
  metadata: Readonly<Record<string, unknown>> | undefined,
): readonly string[] | undefined {
  const listed = metadata?.['authorization_servers']
  const issuers = Array.isArray(listed) ? listed.filter((one) => typeof one === 'string') : []
  return metadata === undefined ? undefined : issuers
}

async function readAuthorizationServer(
  issuer: string,
  hosts: ReadonlySet<string>,
  ask: Ask,
): Promise<AuthorizationServerSeen> {
  const url = URL.canParse(issuer) ? new URL(issuer) : undefined
  const locations: Seen[] = []
  let metadata: Readonly<Record<string, unknown>> | undefined
  for (const location of url === undefined ? [] : serverMetadataUrls(url)) {
    const seen = await ask(location, get())
    locations.push(seen)
    metadata = documentOf(seen)
    if (metadata !== undefined) break
  }
  const jwksUri = metadata?.['jwks_uri']
  const keys = typeof jwksUri === 'string' ? await ask(jwksUri, get()) : undefined
  const isNamed = url !== undefined && hosts.has(hostKey(url.hostname))
  return { issuer, isNamed, locations, metadata, keys }
}
