import { isObject } from '../../runtime/index.ts'
import type {
  ClientMetadata,
  FieldsVerdict,
  MetadataRules,
  PublicKeys,
  RawMetadata,
} from './client-metadata.ts'
import { faultOf } from './client-metadata.ts'
import { isPrivileged } from './grant-types.ts'
import { isWebUrl } from './raw-values.ts'

type Authentication = Pick<
  ClientMetadata,
  | 'dpop_bound_access_tokens'
  | 'jwks'
  | 'jwks_uri'
  | 'token_endpoint_auth_method'
  | 'token_endpoint_auth_signing_alg'
>

const MAX_KEYS = 10
const KEY_TYPES: ReadonlySet<unknown> = new Set(['EC', 'OKP', 'RSA', 'AKP'])
// Members of private and symmetric keys (RFC 7518 §6.2.2, §6.3.2, §6.4; RFC 9964).
const PRIVATE_MEMBERS = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k', 'priv']

/**
 * Reads how a client authenticates itself. A client that does not say is public: RFC 7591 §2 would
 * give it a secret, but MCP clients run where nothing is secret, and read what the answer says.
 */
export function parseAuthentication(
  raw: RawMetadata,
  rules: MetadataRules,
  grantTypes: readonly string[],
): FieldsVerdict<Authentication> {
  const asked = raw.get('token_endpoint_auth_method') ?? 'none'
  const method = rules.authMethods.find((candidate) => candidate === asked)
  if (method === undefined) {
    return faultOf(
      'token_endpoint_auth_method',
      'is not one that the metadata of this server lists',
    )
  }
  const actsAlone = grantTypes.some(isPrivileged) || !grantTypes.includes('authorization_code')
  if (method === 'none' && actsAlone) {
    return faultOf(
      'token_endpoint_auth_method',
      'is none, for a client that acts without a user in front of it',
    )
  }
  const keys = parseKeys(raw)
  if (!keys.ok) return keys
  const binding = parseBinding(raw, rules)
  if (!binding.ok) return binding
  const common = { token_endpoint_auth_method: method, ...binding.fields }
  if (method !== 'private_key_jwt') return { ok: true, fields: common }
  if (keys.fields.jwks === undefined && keys.fields.jwks_uri === undefined) {
    return faultOf('jwks', 'or jwks_uri is needed for private_key_jwt')
  }
  const alg = raw.get('token_endpoint_auth_signing_alg')
  if (alg !== undefined && (typeof alg !== 'string' || !/^[\w-]{1,20}$/.test(alg))) {
    return faultOf('token_endpoint_auth_signing_alg', 'is not the name of an algorithm')
  }
  const signed = alg === undefined ? {} : { token_endpoint_auth_signing_alg: alg }
  return { ok: true, fields: { ...common, ...keys.fields, ...signed } }
}

/** Reads whether all access tokens of a client are to be bound to a key (RFC 9449 §5.2). */
function parseBinding(
  raw: RawMetadata,
  { boundTokens, unbindable }: MetadataRules,
): FieldsVerdict<Pick<ClientMetadata, 'dpop_bound_access_tokens'>> {
  const field = 'dpop_bound_access_tokens'
  const asked = raw.get(field) ?? false
  if (typeof asked !== 'boolean') return faultOf(field, 'is not a boolean')
  if (boundTokens === 'never') {
    return asked && unbindable === 'refuse'
      ? faultOf(field, 'is true, and this server binds no tokens to keys (RFC 9449)')
      : { ok: true, fields: {} }
  }
  const isBound = asked || boundTokens === 'required'
  return { ok: true, fields: isBound ? { [field]: true } : {} }
}

function parseKeys(raw: RawMetadata): FieldsVerdict<Pick<ClientMetadata, 'jwks' | 'jwks_uri'>> {
  const uri = raw.get('jwks_uri')
  const jwks = raw.get('jwks')
  if (uri !== undefined && jwks !== undefined) {
    return faultOf('jwks', 'and jwks_uri exclude each other (RFC 7591 §2)')
  }
  if (uri !== undefined) {
    return isWebUrl(uri, false)
      ? { ok: true, fields: { jwks_uri: uri } }
      : faultOf('jwks_uri', 'is not an https URL')
  }
  if (jwks === undefined) return { ok: true, fields: {} }
  if (!isPublicKeys(jwks)) return faultOf('jwks', `is not a set of 1 to ${MAX_KEYS} public keys`)
  return { ok: true, fields: { jwks: { keys: jwks.keys } } }
}

function isPublicKeys(value: unknown): value is PublicKeys {
  if (!isObject(value)) return false
  const keys: unknown = value['keys']
  return (
    Array.isArray(keys) && keys.length > 0 && keys.length <= MAX_KEYS && keys.every(isPublicKey)
  )
}

/** Whether a value is a flat public key; nested values are none of a key's, but for lists of texts. */
function isPublicKey(value: unknown): boolean {
  if (!isObject(value) || !KEY_TYPES.has(value['kty'])) return false
  if (PRIVATE_MEMBERS.some((member) => Object.hasOwn(value, member))) return false
  return Object.values(value)
    .flat()
    .every((member) => typeof member !== 'object')
}
