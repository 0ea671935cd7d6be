import { compactVerify, errors } from 'jose'
import type { KeySelection, RemoteAuthorizationServer } from '../discovery/index.ts'
import { isLongEnough } from './algorithms.ts'
import { type CompactJws, decodeCompactJws } from './compact-jws.ts'
import type { JsonObject } from './strict-json.ts'
import {
  accept,
  type Checked,
  refuse,
  type TokenFailure,
  type TokenFailureReason,
} from './token-failure.ts'
import type { TokenVerifier, VerifiedToken } from './token-verifier.ts'

/** A shared secret, or a function that finds it by the token's `kid`. */
export type SharedSecret =
  | Uint8Array
  | ((kid: string | undefined) => Uint8Array | Promise<Uint8Array>)

/** Where the keys of an issuer come from. */
export type VerificationKeys = Pick<
  RemoteAuthorizationServer,
  'areKeysFresh' | 'keysVersion' | 'selectKey'
> &
  Partial<Pick<RemoteAuthorizationServer, 'warmUp' | 'purgeKeys'>>

/** One issuer whose tokens are accepted. */
export interface TrustedIssuer {
  readonly issuer: string
  /** Where its keys come from; a shared secret is only ever used with HS* algorithms. */
  readonly keys: VerificationKeys | { readonly secret: SharedSecret }
  readonly algorithms: ReadonlySet<string>
  /** Refuse tokens whose header does not say `at+jwt` (RFC 9068 §2.1). */
  readonly requireAtJwt: boolean
  /** Try up to four fitting keys for a token without `kid`, instead of refusing it. */
  readonly allowKeyTrial: boolean
}

const MAX_KEY_TRIALS = 4
/** What `typ` of the header may be, in lower case and without `application/`. */
export type TokenTypes = ReadonlySet<string | undefined>

/** `typ` values of access tokens; other kinds of JWT have values of their own (RFC 8725 §3.11). */
const ACCESS_TOKEN_TYPES: TokenTypes = new Set([undefined, 'jwt', 'at+jwt'])

type Key = CryptoKey | Uint8Array

/**
 * Creates the verifier for JWT access tokens (RFC 9068, RFC 8725).
 *
 * The token's own `iss` only chooses among `issuers`, and keys are looked up within that issuer;
 * `jku`, `jwk`, `x5u` and `x5c` of the header are never read.
 *
 * @param types For JWTs of another kind. @defaultValue those of access tokens
 */
export function createJwtVerifier(
  issuers: readonly TrustedIssuer[],
  types: TokenTypes = ACCESS_TOKEN_TYPES,
): TokenVerifier {
  const byIssuer = new Map(issuers.map((entry) => [entry.issuer, entry]))
  const servers = issuers.flatMap(({ issuer, keys }) =>
    'secret' in keys ? [] : [{ issuer, keys }],
  )
  return {
    recognizes: issuers.map(({ issuer }) => ({ form: 'jwt', issuer })),
    async warmUp() {
      await Promise.all(servers.map(async ({ keys }) => keys.warmUp?.()))
    },
    purgeKeys(issuer) {
      for (const server of servers) {
        if (issuer === undefined || server.issuer === issuer) server.keys.purgeKeys?.()
      }
    },
    async verify(token) {
      const decoded = decodeCompactJws(token)
      if (!decoded.ok) return decoded
      const { header, claims } = decoded.value
      const trusted = typeof claims['iss'] === 'string' ? byIssuer.get(claims['iss']) : undefined

      const fault = checkHeader(decoded.value, trusted, types)
      if (fault !== undefined) return refuse(fault)
      if (trusted === undefined) return refuse('iss')
      return verifySignature(token, header, claims, trusted)
    },
  }
}

function checkHeader(
  { header, isSigned }: CompactJws,
  trusted: TrustedIssuer | undefined,
  types: TokenTypes,
): TokenFailureReason | undefined {
  if ('crit' in header) return 'crit'
  if ('b64' in header) return 'format'
  const { alg } = header
  if (typeof alg !== 'string' || alg === '' || alg.toLowerCase() === 'none') return 'alg'
  if (trusted === undefined) return 'iss'
  if (!trusted.algorithms.has(alg)) return 'alg'
  if (!isSigned) return 'format'

  const { typ, kid } = header
  if (typ !== undefined && typeof typ !== 'string') return 'typ'
  const type = mediaType(typ)
  if (!types.has(type)) return 'typ'
  if (trusted.requireAtJwt && type !== 'at+jwt') return 'typ'
  return kid === undefined || typeof kid === 'string' ? undefined : 'kid'
}

async function verifySignature(
  token: string,
  header: JsonObject,
  claims: JsonObject,
  trusted: TrustedIssuer,
): Promise<Checked<VerifiedToken>> {
  const { alg, kid, typ } = header as { alg: string; kid?: string; typ?: string }
  const verified = { issuer: trusted.issuer, claims, type: mediaType(typ) }
  const { keys } = trusted
  if ('secret' in keys) {
    const candidates = await findSecret(keys.secret, alg, kid)
    return (await checkSignature(token, alg, candidates)) ?? accept(verified)
  }

  const selection = await keys.selectKey({ alg, kid })
  const candidates = await listCandidates(selection, trusted)
  const fault = await checkSignature(token, alg, candidates)
  if (fault !== undefined) return fault
  return accept({
    ...verified,
    cacheUntil: Infinity,
    isCurrent: () => keys.areKeysFresh() && keys.keysVersion === selection.version,
  })
}

async function listCandidates(
  selection: KeySelection,
  { allowKeyTrial }: TrustedIssuer,
): Promise<Checked<readonly Key[]>> {
  switch (selection.kind) {
    case 'key':
      return accept([selection.key])
    case 'unknown':
    case 'unfit':
      return refuse('kid')
    case 'ambiguous': {
      if (!allowKeyTrial) return refuse('kid_ambiguous')
      const trials: Key[] = []
      for await (const key of selection.candidates) {
        if (trials.push(key) > MAX_KEY_TRIALS) return refuse('kid_ambiguous')
      }
      return accept(trials)
    }
    default:
      return selection satisfies never
  }
}

async function findSecret(
  secret: SharedSecret,
  alg: string,
  kid: string | undefined,
): Promise<Checked<readonly Key[]>> {
  const found: unknown = typeof secret === 'function' ? await secret(kid) : secret
  return isLongEnough(found, alg) ? accept([found]) : refuse('key')
}

async function checkSignature(
  token: string,
  alg: string,
  candidates: Checked<readonly Key[]>,
): Promise<TokenFailure | undefined> {
  if (!candidates.ok) return candidates
  let fault = refuse('sig')
  for (const key of candidates.value) {
    try {
      await compactVerify(token, key, { algorithms: [alg] })
      return undefined
    } catch (error) {
      fault = refuse(signatureFault(error))
    }
  }
  return fault
}

/** What jose says about the token or the key; anything else is a failure of the platform. */
function signatureFault(error: unknown): TokenFailureReason {
  if (error instanceof errors.JWSSignatureVerificationFailed) return 'sig'
  if (error instanceof errors.JOSEError || error instanceof TypeError) return 'key'
  throw error
}

function mediaType(typ: string | undefined): string | undefined {
  return typ?.toLowerCase().replace(/^application\//, '')
}
