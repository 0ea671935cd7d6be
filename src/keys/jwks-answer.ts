import { ConfigError } from '../errors/index.ts'
import { requireKnownOptions } from '../options/index.ts'
import type { KeyRing } from './key-ring.ts'

export interface JwksAnswerOptions {
  /** How long others may keep the keys, 0 to 86,400. @defaultValue 600 */
  readonly maxAgeSeconds?: number
}

const MAX_MAX_AGE_SECONDS = 86_400
const OPTIONS: readonly string[] = ['maxAgeSeconds'] satisfies (keyof JwksAnswerOptions)[]

/**
 * Builds the answer of the JWKS endpoint (RFC 7517 §5): the public keys of these rings, the next
 * ones and those before among them. Every page may read it.
 *
 * It does NOT look at the request: the method is checked where it is mounted.
 *
 * @throws {ConfigError} `ERR_CONFIG_NUMBER_RANGE`
 */
export async function buildJwksAnswer(
  rings: readonly KeyRing[],
  options: JwksAnswerOptions = {},
): Promise<Response> {
  requireKnownOptions(options, OPTIONS, 'buildJwksAnswer')
  const { maxAgeSeconds = 600 } = options
  if (!(maxAgeSeconds >= 0 && maxAgeSeconds <= MAX_MAX_AGE_SECONDS)) {
    throw new ConfigError('ERR_CONFIG_NUMBER_RANGE', `maxAgeSeconds (0 to ${MAX_MAX_AGE_SECONDS})`)
  }
  const sets = await Promise.all(rings.map((ring) => ring.publicJwks()))
  return new Response(JSON.stringify({ keys: sets.flatMap(({ keys }) => keys) }), {
    headers: {
      'Content-Type': 'application/jwk-set+json',
      'Cache-Control': `public, max-age=${maxAgeSeconds}`,
      'Access-Control-Allow-Origin': '*',
    },
  })
}
