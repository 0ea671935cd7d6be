import { createHmac } from 'node:crypto'
import { type Clock, createHashKey, type RecordKind, recordKey } from '../../runtime/index.ts'
import type { Storage } from '../../storage/index.ts'

/**
 * Names records after what finds them, which is often a credential: an authorization code, a
 * refresh token, a session cookie. Only its keyed hash (HMAC-SHA-256) gets into the store.
 */
export interface RecordNames {
  readonly tenant: string | undefined
  /** The key of a record in the store. */
  keyOf(kind: RecordKind, id: string): Promise<string>
  /** The tag of everything that belongs to a grant. */
  grantTag(grantId: string): Promise<string>
  /** What a grant is called outside of the store: in access tokens and in revocations. */
  grantName(grantId: string): Promise<string>
  /** 32 bytes that only who knows `secret` and the store can derive, for one purpose. */
  derive(purpose: string, secret: string): Promise<Uint8Array>
}

/** Creates the names of one tenant's records. */
export function createRecordNames(
  storage: Storage,
  { tenant, clock }: { readonly tenant: string | undefined; readonly clock: Clock },
): RecordNames {
  const readHashKey = createHashKey(storage, tenant, clock)

  async function derive(purpose: string, secret: string): Promise<Buffer> {
    return createHmac('sha256', await readHashKey())
      .update(`${purpose}\n${secret}`)
      .digest()
  }
  async function hash(purpose: string, secret: string): Promise<string> {
    return (await derive(purpose, secret)).toString('base64url')
  }

  return {
    tenant,
    keyOf: async (kind, id) => recordKey(kind, tenant, await hash(kind, id)),
    grantTag: async (grantId) => recordKey('grant', tenant, await hash('tag', grantId)),
    grantName: (grantId) => hash('name', grantId),
    derive,
  }
}
