import type { TokenEndpointGrantContext } from 'oidc-provider'
import { StorageError } from '../../errors/index.ts'
import type { Emit } from '../../observability/index.ts'
import type { Clock } from '../../runtime/index.ts'
import type { Storage, Write } from '../../storage/index.ts'
import type { RecordNames } from '../adapter/record-names.ts'
import type { RequestScope, RequestScopes, UnitOfWork } from '../adapter/request-scope.ts'
import type { IssuedTokens } from '../tokens/issued-tokens.ts'
import type { RefreshAnswers } from './refresh-answers.ts'

/** A grant handler of `oidc-provider`: it reads parameters and sets the body, or throws. */
export type GrantHandler = (ctx: TokenEndpointGrantContext) => void | Promise<void>

/** What grants are redeemed with. */
export interface RedemptionOptions {
  readonly storage: Storage
  readonly names: RecordNames
  readonly scopes: RequestScopes
  readonly issued: IssuedTokens
  readonly answers: RefreshAnswers
  /** How long the direct predecessor of a refresh token gets its answer again; 0: never. */
  readonly graceSeconds: number
  readonly issuer: string
  readonly clock: Clock
  readonly emit: Emit
}

export interface Redemption {
  /** What it is called in the audit when a code or token comes again that had been used up. */
  readonly replay: 'code.replay' | 'refresh.reuse'
  /** A new unit of work for every attempt. */
  readonly begin: () => Promise<Partial<UnitOfWork>>
  /** Runs the handler. @returns What is to be written. */
  readonly attempt: (unit: UnitOfWork, scope: RequestScope) => Promise<readonly Write[]>
}

/** Whoever loses finds at the next attempt what the winner has left. */
const MAX_ATTEMPTS = 5

/**
 * Redeems a code or a refresh token: what comes of it is written in one batch at the end, on
 * condition that the code or token is still as it was read. Of several that redeem the same, one
 * wins, and the others are judged again by what is true then. When it fails, nothing is used up.
 *
 * @throws {StorageError} `ERR_STORAGE_WRITE`, retryable, where others were faster again and again
 */
export async function redeem(options: RedemptionOptions, redemption: Redemption): Promise<void> {
  const { scopes } = options
  const scope = scopes.current()
  // Outside of the request's own scope, as in tests of a bare handler.
  if (scope === undefined) return scopes.run(() => redeem(options, redemption))
  try {
    for (let attempts = 0; attempts < MAX_ATTEMPTS; attempts += 1) {
      if (await isRedeemed(options, redemption, scope)) return
    }
  } catch (error) {
    reportReplay(options, redemption, scope)
    throw error
  }
  throw new StorageError('ERR_STORAGE_WRITE', 'Redemption', { retryable: true })
}

async function isRedeemed(
  { storage }: RedemptionOptions,
  { begin, attempt }: Redemption,
  scope: RequestScope,
): Promise<boolean> {
  const unit: UnitOfWork = {
    seen: new Map(),
    writes: new Map(),
    replayed: undefined,
    answerKey: undefined,
    ...(await begin()),
  }
  scope.unit = unit
  try {
    return await storage.commit(await attempt(unit, scope))
  } finally {
    scope.unit = undefined
  }
}

/** A grant that ended in its own redemption was used twice. */
function reportReplay(
  { issuer, clock, emit }: RedemptionOptions,
  { replay }: Redemption,
  { endedGrants }: RequestScope,
): void {
  for (const { subject, clientId } of endedGrants.values()) {
    emit({ type: replay, at: clock.now(), issuer, subject, clientId })
  }
}
