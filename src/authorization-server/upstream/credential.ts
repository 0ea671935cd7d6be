import { hash } from 'node:crypto'
import {
  type CredentialFormat,
  isTokenCredential,
  type TokenCredential,
} from '../../oauth-client/index.ts'
import { formatRecord, isOptionalString, parseRecord, recordKey } from '../../runtime/index.ts'

/** Which credential: one per account and upstream. */
export interface CredentialOwner {
  /** Whose account. @defaultValue nobody's in particular */
  readonly tenant?: string | undefined
  /** `sub` of our tokens. */
  readonly accountId: string
  /** Name of the upstream. */
  readonly upstream: string
}

/** A user's tokens at an upstream, as they are stored. */
export interface Credential extends CredentialOwner, TokenCredential {
  /** The user's subject at the upstream. */
  readonly subject: string
}

const FORMAT = 1
/** 90 days: the limit of our own refresh tokens. */
const TTL_SECONDS = 7_776_000

export function credentialKey({ tenant, accountId, upstream }: CredentialOwner): Promise<string> {
  return recordKey('upstream-token', tenant, `${upstream}\n${accountId}`)
}

/** What all credentials of an account can be found and deleted by. */
export function accountTag({
  tenant = '',
  accountId,
}: Pick<CredentialOwner, 'accountId' | 'tenant'>): string {
  return `account:${hash('sha256', `${tenant}\n${accountId}`)}`
}

export const CREDENTIAL_FORMAT: CredentialFormat<Credential> = {
  parse: (value) =>
    parseRecord(value, FORMAT, 'Upstream token', (content) =>
      isCredential(content) ? content : undefined,
    ),
  format(credential) {
    const tags = [accountTag(credential)]
    return { value: formatRecord(FORMAT, credential), options: { ttlSeconds: TTL_SECONDS, tags } }
  },
}

function isCredential(
  content: Readonly<Record<string, unknown>>,
): content is Readonly<Record<string, unknown>> & Credential {
  const { tenant, accountId, upstream, subject } = content
  return (
    [accountId, upstream, subject].every((text) => typeof text === 'string') &&
    isOptionalString(tenant) &&
    isTokenCredential(content)
  )
}
