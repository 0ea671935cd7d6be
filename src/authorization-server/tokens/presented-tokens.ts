import { randomUUID } from 'node:crypto'
import { Readable } from 'node:stream'
import type { AdapterPayload } from 'oidc-provider'
import { isRevoked, type Revocations } from '../../revocation/index.ts'
import type { Clock } from '../../runtime/index.ts'
import type { TokenVerifier } from '../../verifiers/index.ts'
import type { PresentedToken } from '../adapter/request-scope.ts'
import { callerOf } from './caller.ts'
import { type IssuedClaims, type IssuedTokens, isEncrypted } from './issued-tokens.ts'

export interface PresentedTokenOptions {
  /** Verifies signed tokens of ours. */
  readonly verifier: TokenVerifier
  readonly issued: IssuedTokens
  readonly revocations: Required<Revocations>
  readonly issuer: string
  readonly clock: Clock
}

/** The part of Koa's context that is needed. */
export interface PresentingContext {
  readonly method: string
  readonly req: Readable & { readonly headers: Record<string, string | string[] | undefined> }
  is(type: string): string | false | null
}

/** As much as `oidc-provider` reads. */
const MAX_BODY_BYTES = 56 * 1_024

/**
 * Puts an id in the place of a structured token in the body of a revocation or an introspection,
 * which `oidc-provider` refuses (`unsupported_token_type`). The client is then authenticated, and
 * the answer given, by `oidc-provider` itself, which finds the token in our adapter by that id.
 *
 * @returns The token; `undefined` where there is none, or it is a plain one.
 * @see [RFC 7009](https://www.rfc-editor.org/rfc/rfc7009.html)
 * @see [RFC 7662](https://www.rfc-editor.org/rfc/rfc7662.html)
 */
export async function presentToken(
  ctx: PresentingContext,
  options: PresentedTokenOptions,
): Promise<PresentedToken | undefined> {
  if (ctx.method !== 'POST' || !ctx.is('application/x-www-form-urlencoded')) return undefined
  const body = await readBody(ctx.req)
  if (body === undefined) return undefined
  const parameters = new URLSearchParams(body.toString())
  const [token = '', ...others] = parameters.getAll('token')
  const isStructured = others.length === 0 && /^[\w-]+(?:\.[\w-]*){2,4}$/.test(token)
  // What is not one token is for `oidc-provider` to refuse.
  if (!isStructured) {
    replaceBody(ctx.req, body)
    return undefined
  }
  const id = randomUUID()
  parameters.set('token', id)
  replaceBody(ctx.req, Buffer.from(parameters.toString()))
  let claims: Promise<AdapterPayload | undefined> | undefined
  return { id, claims: () => (claims ??= findClaims(token, options)) }
}

/** Ends a presented token before its time, for whoever reads the list. */
export async function revokePresented(
  presented: PresentedToken,
  { revocations, issuer }: PresentedTokenOptions,
): Promise<void> {
  const { accountId, clientId = '', jti = '', exp = 0 } = (await presented.claims()) ?? {}
  const caller = accountId === undefined ? { clientId } : { subject: accountId }
  await revocations.revokeTokens({ issuer, ...caller, jti, until: exp + MARGIN_SECONDS })
}

/** The leeway that a resource server may give, at most. */
const MARGIN_SECONDS = 300

async function findClaims(
  token: string,
  { verifier, issued, revocations, issuer, clock }: PresentedTokenOptions,
): Promise<AdapterPayload | undefined> {
  const claims = isEncrypted(token) ? await issued.find(token) : await verify(verifier, token)
  if (claims === undefined || !(Number(claims['exp']) > clock.now())) return undefined
  const isEnded = await isRevoked(revocations, callerOf(issuer, claims), claims)
  return isEnded ? undefined : payloadOf(claims)
}

async function verify(verifier: TokenVerifier, token: string): Promise<IssuedClaims | undefined> {
  const verified = await verifier.verify(token)
  return verified.ok ? verified.value.claims : undefined
}

/** The claims as `oidc-provider` keeps those of opaque tokens; the grant is left out: it goes on. */
function payloadOf(claims: IssuedClaims): AdapterPayload {
  const { jti, iat, exp, aud, scope, sub, client_id: clientId, cnf } = claims
  const isOfUser = sub !== clientId
  const binding = typeof cnf === 'object' && cnf !== null ? cnf : {}
  return {
    kind: isOfUser ? 'AccessToken' : 'ClientCredentials',
    jti,
    iat,
    exp,
    aud,
    scope,
    clientId,
    ...binding,
    ...(isOfUser && { accountId: sub }),
  } as AdapterPayload
}

/** The body, or so much of it that `oidc-provider` will refuse its size. */
async function readBody(req: Readable): Promise<Buffer | undefined> {
  // Somebody before us has read it.
  if (!req.readable) return undefined
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of req.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    size += chunk.length
    chunks.push(chunk)
    if (size > MAX_BODY_BYTES) break
  }
  return Buffer.concat(chunks)
}

/** Lets `oidc-provider` read this instead of what has been read. */
function replaceBody(req: PresentingContext['req'], bytes: Buffer): void {
  const body = Readable.from([bytes])
  if (req.headers['content-length'] !== undefined) {
    req.headers['content-length'] = String(bytes.length)
  }
  Object.defineProperties(req, {
    readable: { value: true, configurable: true },
    iterator: { value: body.iterator.bind(body), configurable: true },
  })
}
