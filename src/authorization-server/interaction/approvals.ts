import { StorageError } from '../../errors/index.ts'
import {
  formatRecord,
  isObject,
  isOptionalString,
  isStringList,
  parseRecord,
  recordKey,
} from '../../runtime/index.ts'
import type { Storage } from '../../storage/index.ts'
import type { AccessRequest } from './access-request.ts'

/** What a user has allowed a client. */
export interface Approval {
  /** Names the approval among those of its user. */
  readonly id: string
  readonly clientId: string
  readonly clientName: string | undefined
  readonly redirectUri: string
  readonly resource: string
  readonly scopes: readonly string[]
  /** Whether the page is skipped for the same request. */
  readonly isRemembered: boolean
  /** When it was given last, in seconds since the epoch. */
  readonly approvedAt: number
}

interface StoredApproval extends Omit<Approval, 'id'> {
  readonly documentHash: string
  /** Of its scopes, by name; missing in records of earlier releases. */
  readonly meanings?: Readonly<Record<string, unknown>> | undefined
  /** The grants that came of it, the latest last. */
  readonly grantIds: readonly string[]
}

/** Approvals as the interaction works with them. */
export interface ApprovalRecords {
  /** Whether the user has allowed this request, or more, and asked to be remembered. */
  isRemembered(accountId: string, request: AccessRequest): Promise<boolean>
  save(
    accountId: string,
    request: AccessRequest,
    outcome: { readonly grantId: string; readonly remember: boolean },
  ): Promise<void>
  list(accountId: string): Promise<readonly Approval[]>
  /** @returns The grants that came of it, or `undefined` where there is no such approval. */
  remove(accountId: string, id: string): Promise<readonly string[] | undefined>
}

const FORMAT = 1
/** More sign-ins of one client and user than anybody has machines. */
const MAX_GRANTS = 50
const MAX_TRIES = 10

/** @param ttlSeconds How long an approval outlives the last use of its page. */
export function createApprovalRecords(
  storage: Storage,
  tenant: string | undefined,
  ttlSeconds: number,
  now: () => number,
): ApprovalRecords {
  const keyOf = (accountId: string, request: AccessRequest): Promise<string> =>
    recordKey('approval', tenant, identify(accountId, request))
  const tagOf = (accountId: string): Promise<string> => recordKey('approval', tenant, accountId)

  return {
    async isRemembered(accountId, request) {
      const record = await storage.get(await keyOf(accountId, request))
      if (record === undefined) return false
      const approval = readApproval(record.value)
      return (
        approval.isRemembered &&
        approval.documentHash === request.documentHash &&
        request.scopes.every((scope) => isAllowed(approval, request, scope))
      )
    },
    async save(accountId, request, { grantId, remember }) {
      const key = await keyOf(accountId, request)
      for (let tries = 0; tries < MAX_TRIES; tries += 1) {
        const before = await storage.get(key)
        const known = before && readApproval(before.value)
        const value = formatApproval(request, {
          approvedAt: now(),
          isRemembered: remember,
          grantIds: [...(known?.grantIds ?? []), grantId].slice(-MAX_GRANTS),
        })
        const options = { ttlSeconds, tags: [await tagOf(accountId)] }
        const isDone =
          before === undefined
            ? await storage.set(key, value, { ...options, ifAbsent: true })
            : await storage.compareAndSwap(key, before.version, value, options)
        if (isDone) return
      }
      throw new StorageError('ERR_STORAGE_WRITE', 'Approval', { retryable: true })
    },
    async list(accountId) {
      const approvals: Approval[] = []
      for await (const key of storage.listByTag(await tagOf(accountId))) {
        const record = await storage.get(key)
        if (record === undefined) continue
        approvals.push({ id: idOf(key), ...publicPart(readApproval(record.value)) })
      }
      return approvals.toSorted((one, other) => other.approvedAt - one.approvedAt)
    },
    async remove(accountId, id) {
      for await (const key of storage.listByTag(await tagOf(accountId))) {
        if (idOf(key) !== id) continue
        const record = await storage.take(key)
        return record && readApproval(record.value).grantIds
      }
      return undefined
    },
  }
}

function publicPart({
  documentHash: _hash,
  grantIds: _ids,
  meanings: _meanings,
  ...approval
}: StoredApproval): Omit<Approval, 'id'> {
  return approval
}

/** Whether a scope was allowed with the meaning that it has. */
function isAllowed(
  { scopes, meanings = {} }: StoredApproval,
  request: AccessRequest,
  scope: string,
): boolean {
  return scopes.includes(scope) && meanings[scope] === request.meanings[scope]
}

function identify(accountId: string, { clientId, redirectUri, resource }: AccessRequest): string {
  return JSON.stringify([accountId, clientId, redirectUri, resource])
}

function idOf(key: string): string {
  return key.slice(key.lastIndexOf(':') + 1)
}

function formatApproval(
  request: AccessRequest,
  outcome: Pick<StoredApproval, 'approvedAt' | 'grantIds' | 'isRemembered'>,
): Uint8Array {
  const { clientId, clientName, redirectUri, resource, scopes, meanings, documentHash } = request
  const approval: StoredApproval = {
    clientId,
    clientName,
    redirectUri,
    resource,
    scopes,
    meanings,
    documentHash,
    ...outcome,
  }
  return formatRecord(FORMAT, approval)
}

function readApproval(value: Uint8Array): StoredApproval {
  return parseRecord(value, FORMAT, 'Approval', (content) => {
    const { clientId, clientName, redirectUri, resource, documentHash } = content
    const { scopes, meanings, grantIds, isRemembered, approvedAt } = content
    const texts = [clientId, redirectUri, resource, documentHash]
    const isRight =
      texts.every((text) => typeof text === 'string') &&
      isOptionalString(clientName) &&
      isStringList(scopes) &&
      (meanings === undefined || isObject(meanings)) &&
      isStringList(grantIds) &&
      typeof isRemembered === 'boolean' &&
      typeof approvedAt === 'number'
    return isRight ? (content as object as StoredApproval) : undefined
  })
}
