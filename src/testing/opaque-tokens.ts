import { randomBytes } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { readForm } from '../http/index.ts'

/** The client that may introspect tokens. */
export interface IntrospectionClient {
  readonly clientId: string
  readonly clientSecret: string
}

interface IntrospectionAnswer {
  readonly status: number
  readonly body: object
}

/** Tokens that say nothing, and the endpoint that tells what they mean (RFC 7662). */
export interface OpaqueTokens {
  readonly client: IntrospectionClient
  mint(claims: Readonly<Record<string, unknown>>): string
  revoke(token: string): void
  introspect(request: IncomingMessage): Promise<IntrospectionAnswer>
}

/** @param now Seconds since the epoch. */
export function createOpaqueTokens(now: () => number): OpaqueTokens {
  // Letters and digits, which every way to encode a secret leaves as they are.
  const client = { clientId: 'mcpserver', clientSecret: randomBytes(24).toString('hex') }
  const tokens = new Map<string, Readonly<Record<string, unknown>>>()

  return {
    client,
    mint(claims) {
      const token = randomBytes(32).toString('base64url')
      tokens.set(token, claims)
      return token
    },
    revoke(token) {
      tokens.delete(token)
    },
    async introspect(request) {
      const form = await readForm(request)
      if (request.method !== 'POST' || form === undefined) {
        return { status: 400, body: { error: 'invalid_request' } }
      }
      if (!isClient(client, request.headers.authorization, form)) {
        return { status: 401, body: { error: 'invalid_client' } }
      }
      const claims = tokens.get(form.get('token') ?? '')
      const exp = claims?.['exp']
      const isActive = claims !== undefined && !(typeof exp === 'number' && exp <= now())
      // RFC 7662 §2.2: of a token that is not active it says nothing else.
      return { status: 200, body: isActive ? { ...claims, active: true } : { active: false } }
    },
  }
}

function isClient(
  { clientId, clientSecret }: IntrospectionClient,
  authorization: string | undefined,
  form: URLSearchParams,
): boolean {
  if (authorization !== undefined) {
    return authorization === `Basic ${btoa(`${clientId}:${clientSecret}`)}`
  }
  return form.get('client_id') === clientId && form.get('client_secret') === clientSecret
}
