import {
  type CredentialFormat,
  isTokenCredential,
  type TokenCredential,
} from '../oauth-client/index.ts'
import {
  formatRecord,
  isObject,
  isOptionalString,
  isStringList,
  parseRecord,
  recordKey,
  sha256Bytes,
} from '../runtime/index.ts'
import type { WriteOptions } from '../storage/index.ts'
import type { ConnectionOwner } from './owner.ts'
import type { ServiceAccount } from './service.ts'

/** What every connection has. Instants are seconds since the epoch. */
interface ConnectionFacts {
  readonly owner: Omit<ConnectionOwner, 'tenant'> & { readonly tenant?: string | undefined }
  /** Finds all records of the owner; in the record, since whoever renews it has nothing else. */
  readonly ownerTag: string
  readonly service: string
  readonly account: ServiceAccount
  /** Our client identifier at the service: another client's tokens are of no use. */
  readonly clientIdThere?: string | undefined
  /** The permissions that were asked for, which may be more than were granted. */
  readonly asked: readonly string[]
  readonly connectedAt: number
  /** The MCP client that asked for it. */
  readonly connectedBy?: string | undefined
}

/** A connection by OAuth, as it is stored. */
export interface OAuthConnection extends ConnectionFacts, TokenCredential {
  readonly kind: 'oauth'
}

/** A connection with what the user typed in. */
export interface SecretConnection extends ConnectionFacts {
  readonly kind: 'secret'
  readonly state: 'active' | 'needs_reauth'
  readonly fields: Readonly<Record<string, string>>
}

export type StoredConnection = OAuthConnection | SecretConnection

const FORMAT = 1
const SUBJECT = 'Connection'

/** A key of one owner and service; where both are of one record. */
export function connectionKey(owner: ConnectionOwner, service: string): Promise<string> {
  return recordKey('connection', owner.tenant, identityOf(owner, service))
}

/** What tells one owner and service from all others. */
export function identityOf({ id }: ConnectionOwner, service: string): string {
  return JSON.stringify([id, service])
}

/** What all records about an owner can be found and deleted by. */
export async function ownerTagOf({ id }: ConnectionOwner): Promise<string> {
  const digest = await sha256Bytes(id)
  return `connection-owner:${btoa(String.fromCharCode(...digest))}`
}

/** Connections have no end of their own: they stay until the user, or the service, ends them. */
export function formatConnection(connection: StoredConnection): {
  readonly value: Uint8Array
  readonly options: WriteOptions
} {
  return { value: formatRecord(FORMAT, connection), options: { tags: [connection.ownerTag] } }
}

/** @throws {StorageError} `ERR_STORAGE_TAMPERED` */
export function parseConnection(value: Uint8Array): StoredConnection {
  return parseRecord(value, FORMAT, SUBJECT, (content) =>
    isConnection(content) ? (content as object as StoredConnection) : undefined,
  )
}

/** How connections by OAuth are kept by whoever renews them. */
export const OAUTH_CONNECTION_FORMAT: CredentialFormat<OAuthConnection> = {
  parse: (value) =>
    parseRecord(value, FORMAT, SUBJECT, (content) =>
      isConnection(content) && content['kind'] === 'oauth'
        ? (content as object as OAuthConnection)
        : undefined,
    ),
  format: formatConnection,
}

function isConnection(content: Readonly<Record<string, unknown>>): boolean {
  const { owner, ownerTag, service, account, clientIdThere, asked, connectedAt } = content
  return (
    isOwner(owner) &&
    [ownerTag, service].every((text) => typeof text === 'string') &&
    isTexts(account, ['id', 'name']) &&
    [clientIdThere, content['connectedBy']].every(isOptionalString) &&
    isStringList(asked) &&
    typeof connectedAt === 'number' &&
    (content['kind'] === 'oauth' ? isTokenCredential(content) : isSecret(content))
  )
}

function isSecret({ kind, state, fields }: Readonly<Record<string, unknown>>): boolean {
  const isState = state === 'active' || state === 'needs_reauth'
  return kind === 'secret' && isState && isObject(fields) && isStringList(Object.values(fields))
}

/** Whether a value that was read names an owner. */
export function isOwner(value: unknown): boolean {
  return isTexts(value, ['id', 'issuer', 'subject']) && isOptionalString(tenantOf(value))
}

function tenantOf(value: unknown): unknown {
  return isObject(value) ? value['tenant'] : undefined
}

function isTexts(value: unknown, names: readonly string[]): boolean {
  return isObject(value) && names.every((name) => typeof value[name] === 'string')
}
