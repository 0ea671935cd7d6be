import { sha256Hex } from './digest.ts'

/** The kinds of records that this package keeps; STORAGE.md says what is in them and how long. */
export const RECORD_KINDS = [
  'access-token',
  'api-key',
  'approval',
  'authorization-code',
  'client',
  'client-credentials',
  'client-document',
  'connection',
  'connection-attempt',
  'connection-confirmation',
  'connection-pending',
  'connection-request',
  'connection-tries',
  'connection-use',
  'device-code',
  'dpop-proof',
  'first-party-sign-in',
  'grant',
  'hash-key',
  'identity-assertion',
  'initial-access-token',
  'interaction',
  'interaction-step',
  'logout-token',
  'page-session',
  'page-sign-in',
  'pushed-authorization-request',
  'refresh-answer',
  'refresh-token',
  'registration',
  'registration-access-token',
  'registration-digest',
  'relay-approval',
  'relay-client',
  'relay-code',
  'relay-refresh-token',
  'relay-sign-in',
  'replay-detection',
  'revocation',
  'scope-meanings',
  'session',
  'session-uid',
  'sign-in',
  'tenant',
  'tenant-keys',
  'tool-state',
  'upstream-session',
  'upstream-token',
  'user',
  'user-code',
  'user-email',
] as const

export type RecordKind = (typeof RECORD_KINDS)[number]

/** Beyond this a tenant stands in keys as its hash. */
const MAX_TENANT_LENGTH = 200

/**
 * The key of a record, `<kind>:<tenant>:<hash>`: the same on every runtime, of at most 300
 * characters, and without the identity in it.
 *
 * @param tenant `undefined` for what belongs to none.
 * @param identity What tells the record from all others of its kind and tenant.
 */
export async function recordKey(
  kind: RecordKind,
  tenant: string | undefined,
  identity: string,
): Promise<string> {
  return `${kind}:${await tenantPart(tenant)}:${await sha256Hex(identity)}`
}

async function tenantPart(tenant = ''): Promise<string> {
  // Without asterisks, so that no tenant can be called like the hash of another.
  const part = encodeURIComponent(tenant.toWellFormed()).replaceAll('*', '%2A')
  return part.length > MAX_TENANT_LENGTH ? `*${await sha256Hex(tenant)}` : part
}
