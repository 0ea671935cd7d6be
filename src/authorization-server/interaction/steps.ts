import {
  formatRecord,
  isObject,
  isOptionalString,
  parseRecord,
  recordKey,
} from '../../runtime/index.ts'
import type { Storage, StoredRecord } from '../../storage/index.ts'

/** What the user has allowed on the page, before anybody knows who they are. */
export interface PageApproval {
  /** What the client said about itself when it was allowed. */
  readonly documentHash: string
  readonly remember: boolean
}

/** How far an interaction has come. */
export interface Step {
  /** How often the request has been allowed: a form is good for one of them. */
  readonly attempt: number
  readonly approval?: PageApproval | undefined
  /** Who has signed in after that. */
  readonly accountId?: string | undefined
  /** The upstream has refused to sign anybody in, or the user there has. */
  readonly isDenied?: boolean | undefined
}

/** The progress of interactions, in storage: the parts of one can be handled by several processes. */
export interface Steps {
  read(uid: string): Promise<Step>
  /** @returns Whether this was the attempt that the form was for, and the first to say so. */
  approve(uid: string, attempt: number, approval: PageApproval): Promise<boolean>
  /** Notes who has signed in. @returns `false` where the request has not been allowed. */
  signIn(uid: string, accountId: string): Promise<boolean>
  /** Notes that nobody will sign in. @returns `false` where the request has not been allowed. */
  deny(uid: string): Promise<boolean>
  /** Ends it; of several callers one gets it. */
  take(uid: string): Promise<Step>
}

const FORMAT = 1
const NONE: Step = { attempt: 0 }

export function createSteps(
  storage: Storage,
  tenant: string | undefined,
  ttlSeconds: number,
): Steps {
  const keyOf = (uid: string): Promise<string> => recordKey('interaction-step', tenant, uid)

  async function write(key: string, before: StoredRecord | undefined, step: Step) {
    const value = formatRecord(FORMAT, step)
    return before === undefined
      ? storage.set(key, value, { ttlSeconds, ifAbsent: true })
      : storage.compareAndSwap(key, before.version, value, { ttlSeconds })
  }

  async function goOn(uid: string, outcome: Pick<Step, 'accountId' | 'isDenied'>) {
    const key = await keyOf(uid)
    const record = await storage.get(key)
    const { attempt, approval } = readStep(record)
    return approval !== undefined && write(key, record, { attempt, approval, ...outcome })
  }

  return {
    read: async (uid) => readStep(await storage.get(await keyOf(uid))),
    async approve(uid, attempt, approval) {
      const key = await keyOf(uid)
      const record = await storage.get(key)
      if (readStep(record).attempt !== attempt) return false
      return write(key, record, { attempt: attempt + 1, approval })
    },
    signIn: (uid, accountId) => goOn(uid, { accountId }),
    deny: (uid) => goOn(uid, { isDenied: true }),
    take: async (uid) => readStep(await storage.take(await keyOf(uid))),
  }
}

function readStep(record: StoredRecord | undefined): Step {
  if (record === undefined) return NONE
  return parseRecord(record.value, FORMAT, 'Interaction step', (content) => {
    const { attempt, approval, accountId, isDenied = false } = content
    const isApproval = approval === undefined || isPageApproval(approval)
    const isOutcome = isOptionalString(accountId) && typeof isDenied === 'boolean'
    return typeof attempt === 'number' && isApproval && isOutcome
      ? { attempt, approval, accountId, isDenied }
      : undefined
  })
}

function isPageApproval(value: unknown): value is PageApproval {
  return (
    isObject(value) &&
    typeof value['documentHash'] === 'string' &&
    typeof value['remember'] === 'boolean'
  )
}
