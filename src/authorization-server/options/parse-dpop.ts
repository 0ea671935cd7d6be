import { createHmac } from 'node:crypto'
import {
  configError,
  requireKnownOptions,
  requireNotUnset,
  requirePlainTypes,
  requireType,
} from '../../options/index.ts'
import { isLongEnough } from '../../verifiers/index.ts'
import type { BoundTokenOptions } from './options.ts'
import type { DpopSettings } from './settings.ts'

const KNOWN_OPTIONS = ['required', 'nonceSecret'] satisfies (keyof BoundTokenOptions)[]

/** Checks how tokens are bound to keys; `undefined` where they are not. */
export function parseDpop(
  options: BoundTokenOptions | undefined,
  issuer: string,
): DpopSettings | undefined {
  if (options === undefined) return undefined
  requireType(typeof options === 'object' && options !== null, 'dpop', 'an object')
  requireKnownOptions(options, KNOWN_OPTIONS, 'dpop')
  requirePlainTypes(options, { boolean: ['required'], function: [], object: [] }, 'dpop.')
  requireNotUnset(options, KNOWN_OPTIONS, 'dpop.')
  const { required = false, nonceSecret } = options
  return { required, nonceSecret: parseNonceSecret(nonceSecret, issuer) }
}

/** Derives 32 bytes, which is what `oidc-provider` takes, for this issuer alone. */
function parseNonceSecret(
  secret: string | Uint8Array | undefined,
  issuer: string,
): Buffer | undefined {
  if (secret === undefined) return undefined
  const bytes = typeof secret === 'string' ? new TextEncoder().encode(secret) : secret
  if (!isLongEnough(bytes, 'HS256')) {
    throw configError('ERR_CONFIG_SECRET_TOO_SHORT', 'dpop.nonceSecret')
  }
  return createHmac('sha256', bytes).update(`dpop-nonce ${issuer}`).digest()
}
