import type { InboundRequest } from '../../http/index.ts'
import {
  configError,
  type PlainTypes,
  requireKnownOptions,
  requireNotUnset,
  requireNumber,
  requirePlainTypes,
  requireType,
} from '../../options/index.ts'
import { ASYMMETRIC_ALGORITHMS, isLongEnough } from '../../verifiers/index.ts'
import type { DpopOptions } from './dpop-options.ts'
import type { DpopSettings } from './settings.ts'

const KNOWN_OPTIONS: readonly string[] = [
  'required',
  'algorithms',
  'proofSeconds',
  'nonceSecret',
  'storage',
  'publicUrl',
] satisfies (keyof DpopOptions)[]

const PLAIN_TYPES = {
  boolean: ['required'],
  function: ['publicUrl'],
  object: ['storage'],
} satisfies Record<keyof PlainTypes, (keyof DpopOptions)[]>

/** Those that allow less than their default does. */
const NOT_UNSET = [
  'required',
  'algorithms',
  'nonceSecret',
  'storage',
] satisfies (keyof DpopOptions)[]

/** Beyond this no proof is accepted, whatever the clocks say (MCP DPoP profile, SEP-1932). */
const MAX_WINDOW_SECONDS = 300

/** Checks how tokens that are bound to a key are accepted; `undefined` where they are not. */
export function parseDpop(
  options: DpopOptions | undefined,
  leewaySeconds: number,
  resource: URL,
): DpopSettings | undefined {
  if (options === undefined) return undefined
  requireType(typeof options === 'object' && options !== null, 'dpop', 'an object')
  requireKnownOptions(options, KNOWN_OPTIONS, 'dpop')
  requirePlainTypes(options, PLAIN_TYPES, 'dpop.')
  requireNotUnset(options, NOT_UNSET, 'dpop.')
  const { required = false, storage, publicUrl } = options
  requireType(
    storage === undefined || typeof storage.set === 'function',
    'dpop.storage',
    'a Storage',
  )
  const range = [1, MAX_WINDOW_SECONDS] as const
  const proofSeconds = requireNumber(options.proofSeconds, range, 'dpop.proofSeconds', 60)
  const algorithms = parseAlgorithms(options.algorithms)
  return {
    required,
    storage,
    proofs: {
      algorithms,
      maxAgeSeconds: Math.min(proofSeconds + leewaySeconds, MAX_WINDOW_SECONDS),
      maxAheadSeconds: leewaySeconds,
    },
    nonceSecret: parseNonceSecret(options.nonceSecret),
    // Not by `new URL(path, base)`: a path that begins with two slashes would be a host.
    publicUrl: publicUrl ?? (({ path }: InboundRequest) => resource.origin + path),
  }
}

function parseAlgorithms(algorithms: readonly string[] = ASYMMETRIC_ALGORITHMS): readonly string[] {
  const path = 'dpop.algorithms'
  requireType(Array.isArray(algorithms) && algorithms.length > 0, path, 'an array')
  const wrong = algorithms.find((algorithm) => !ASYMMETRIC_ALGORITHMS.includes(algorithm))
  if (wrong !== undefined)
    throw configError('ERR_CONFIG_ALGORITHM_UNSUPPORTED', `${path} (${wrong})`)
  return [...new Set(algorithms)]
}

function parseNonceSecret(secret: string | Uint8Array | undefined): Uint8Array | undefined {
  if (secret === undefined) return undefined
  const bytes = typeof secret === 'string' ? new TextEncoder().encode(secret) : secret
  if (!isLongEnough(bytes, 'HS256')) {
    throw configError('ERR_CONFIG_SECRET_TOO_SHORT', 'dpop.nonceSecret')
  }
  return bytes
}
