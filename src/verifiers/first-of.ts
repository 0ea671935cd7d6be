import { ConfigError, type ErrorCode } from '../errors/index.ts'
import { decodeCompactJws } from './compact-jws.ts'
import { accept, type Checked, refuse } from './token-failure.ts'
import type { TokenForm, TokenVerifier } from './token-verifier.ts'

/** Which verifier is responsible for what. */
interface Routes {
  readonly byIssuer: ReadonlyMap<string, TokenVerifier>
  readonly byPrefix: ReadonlyMap<string, TokenVerifier>
  readonly jwe: TokenVerifier | undefined
  readonly opaque: TokenVerifier | undefined
}

const OPAQUE: readonly TokenForm[] = [{ form: 'opaque' }]
/** How the base64url of a JSON object begins: with the bits of a brace. */
const JSON_OBJECT = /^e[w-z0-9_-]/
const FORMS: readonly string[] = ['jwt', 'jwe', 'prefix', 'opaque'] satisfies TokenForm['form'][]

/**
 * Creates one verifier out of several: OAuth for people and keys for machines on one endpoint.
 *
 * Each token has exactly one verifier, found by what the token is and not by trying: a signed token
 * by its `iss`, an encrypted one by its five segments, an API key by its prefix, and whatever is left
 * is for the one verifier that takes opaque tokens. What that verifier says is final. A token that it
 * refuses is asked of nobody else, and where it cannot tell the answer is 503, so that no outage and
 * no forgery leads to a weaker check.
 *
 * Where there is a verifier for signed tokens, those of other issuers are refused, and are not opaque;
 * the same holds for encrypted ones. The order of the list does not matter.
 *
 * @throws {ConfigError} `ERR_CONFIG_OPTIONS_CONFLICT` where two would take the same token, such as two
 *   for opaque ones; `ERR_CONFIG_OPTION_TYPE`
 *
 * @example
 * ```ts
 * const verifier = firstOf([jwtVerifier({ issuer }), apiKeys.verifier])
 * createResourceServer({ resource, authorizationServers: [issuer], verifier })
 * ```
 */
export function firstOf(verifiers: readonly TokenVerifier[]): TokenVerifier {
  requireVerifiers(verifiers)
  const forms = verifiers.map(({ recognizes = OPAQUE }) => recognizes)
  refuseOverlaps(forms)
  const routes = buildRoutes(verifiers, forms)
  return {
    recognizes: forms.flat(),
    issuers: [...new Set(verifiers.flatMap(({ issuers = [] }) => issuers))],
    async warmUp() {
      await Promise.all(verifiers.map(async (verifier) => verifier.warmUp?.()))
    },
    purgeKeys(issuer) {
      for (const verifier of verifiers) verifier.purgeKeys?.(issuer)
    },
    async verify(token) {
      const chosen = chooseVerifier(token, routes)
      return chosen.ok ? chosen.value.verify(token) : chosen
    },
  }
}

function buildRoutes(
  verifiers: readonly TokenVerifier[],
  forms: readonly (readonly TokenForm[])[],
): Routes {
  const byIssuer = new Map<string, TokenVerifier>()
  const byPrefix = new Map<string, TokenVerifier>()
  const findForm = (wanted: TokenForm['form']): TokenVerifier | undefined =>
    verifiers.find((_verifier, index) => forms[index]?.some(({ form }) => form === wanted))
  for (const [index, verifier] of verifiers.entries()) {
    for (const form of forms[index] ?? []) {
      if (form.form === 'jwt') byIssuer.set(form.issuer, verifier)
      if (form.form === 'prefix') byPrefix.set(form.prefix, verifier)
    }
  }
  return { byIssuer, byPrefix, jwe: findForm('jwe'), opaque: findForm('opaque') }
}

/** Nothing in here proves anything: it only says who has to look. */
function chooseVerifier(token: string, routes: Routes): Checked<TokenVerifier> {
  const { byIssuer, byPrefix, jwe, opaque } = routes
  const segments = JSON_OBJECT.test(token) ? token.split('.').length : 0
  if (segments === 5 && jwe !== undefined) return accept(jwe)
  if (segments === 3 && byIssuer.size > 0) return chooseByIssuer(token, byIssuer)
  for (const [prefix, verifier] of byPrefix) {
    if (token.startsWith(prefix)) return accept(verifier)
  }
  return opaque === undefined ? refuse('unrecognized') : accept(opaque)
}

function chooseByIssuer(token: string, byIssuer: Routes['byIssuer']): Checked<TokenVerifier> {
  const decoded = decodeCompactJws(token)
  if (!decoded.ok) return decoded
  const { iss } = decoded.value.claims
  const verifier = typeof iss === 'string' ? byIssuer.get(iss) : undefined
  return verifier === undefined ? refuse('iss') : accept(verifier)
}

function requireVerifiers(verifiers: readonly TokenVerifier[]): void {
  if (!Array.isArray(verifiers) || verifiers.length === 0) {
    throw invalid('ERR_CONFIG_OPTION_TYPE', 'verifiers (an array of verifiers)')
  }
  for (const [index, verifier] of verifiers.entries()) {
    const given = verifier as Partial<TokenVerifier> | null | undefined
    if (typeof given?.verify !== 'function') {
      throw invalid('ERR_CONFIG_OPTION_TYPE', `verifiers[${index}] (an object with verify(token))`)
    }
    const { recognizes } = given
    if (recognizes !== undefined && !areForms(recognizes)) {
      throw invalid('ERR_CONFIG_OPTION_TYPE', `verifiers[${index}].recognizes (forms of tokens)`)
    }
  }
}

function areForms(value: unknown): boolean {
  if (!Array.isArray(value) || value.length === 0) return false
  return value.every(
    (form: Partial<Record<string, unknown>> | null) =>
      FORMS.includes(String(form?.['form'])) &&
      (form?.['form'] !== 'jwt' || typeof form['issuer'] === 'string') &&
      (form?.['form'] !== 'prefix' ||
        (typeof form['prefix'] === 'string' && form['prefix'] !== '')),
  )
}

/** @throws {ConfigError} for two verifiers that would take the same token. */
function refuseOverlaps(forms: readonly (readonly TokenForm[])[]): void {
  for (const [second, others] of forms.entries()) {
    for (const [first, ones] of forms.slice(0, second).entries()) {
      const both = others.find((other) => ones.some((one) => overlap(one, other)))
      if (both === undefined) continue
      const subject = `verifiers[${first}] and verifiers[${second}] (both take ${nameOf(both)})`
      throw invalid('ERR_CONFIG_OPTIONS_CONFLICT', subject)
    }
  }
}

function overlap(one: TokenForm, other: TokenForm): boolean {
  if (one.form === 'jwt' && other.form === 'jwt') return one.issuer === other.issuer
  if (one.form === 'prefix' && other.form === 'prefix') {
    return one.prefix.startsWith(other.prefix) || other.prefix.startsWith(one.prefix)
  }
  return one.form === other.form
}

function nameOf(form: TokenForm): string {
  switch (form.form) {
    case 'jwt':
      return `signed tokens of ${form.issuer}`
    case 'jwe':
      return 'encrypted tokens'
    case 'prefix':
      return `tokens with the prefix ${form.prefix}`
    case 'opaque':
      return 'opaque tokens'
    default:
      return form satisfies never
  }
}

function invalid(code: ErrorCode, subject: string): ConfigError {
  return new ConfigError(code, `firstOf: ${subject}`)
}
