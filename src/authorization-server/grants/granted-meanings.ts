import type { errors } from 'oidc-provider'
import { formatRecord, isObject, parseRecord } from '../../runtime/index.ts'
import type { Storage } from '../../storage/index.ts'
import type { RecordNames } from '../adapter/record-names.ts'
import type { GrantHandler } from './redemption.ts'

/** What the scopes of a grant meant to the user who allowed it. */
export interface GrantedMeanings {
  /** Keeps what they mean now, for as long as the grant. */
  keep(grantId: string, scopes: readonly string[]): Promise<void>
  /** Whether one of them means something else now. One that was never kept is as it was. */
  haveChanged(grantId: string, scopes: readonly string[]): Promise<boolean>
}

export interface GrantedMeaningOptions {
  readonly storage: Storage
  readonly names: RecordNames
  readonly digestOf: (scope: string) => string
  readonly ttlSeconds: number
}

const FORMAT = 1

export function createGrantedMeanings({
  storage,
  names,
  digestOf,
  ttlSeconds,
}: GrantedMeaningOptions): GrantedMeanings {
  const keyOf = (grantId: string): Promise<string> => names.keyOf('scope-meanings', grantId)
  return {
    async keep(grantId, scopes) {
      const meanings = Object.fromEntries(scopes.map((scope) => [scope, digestOf(scope)]))
      const tags = [await names.grantTag(grantId)]
      await storage.set(await keyOf(grantId), formatRecord(FORMAT, { meanings }), {
        ttlSeconds,
        tags,
      })
    },
    async haveChanged(grantId, scopes) {
      const record = await storage.get(await keyOf(grantId))
      if (record === undefined) return false
      const meanings = new Map(Object.entries(readMeanings(record.value)))
      return scopes.some((scope) => meanings.has(scope) && meanings.get(scope) !== digestOf(scope))
    },
  }
}

/**
 * Makes a refresh end where a scope means something else than what the user has allowed: the client
 * signs in again, and the page says what it means now. Nothing is used up.
 */
export function withMeanings(
  handler: GrantHandler,
  meanings: GrantedMeanings,
  { InvalidGrant }: Pick<typeof errors, 'InvalidGrant'>,
): GrantHandler {
  return async (ctx) => {
    await handler(ctx)
    const { Grant: grant, AccessToken: token } = ctx.oidc.entities
    if (grant === undefined || token === undefined) return
    const scopes = (token.scope ?? '').split(' ')
    if (await meanings.haveChanged(grant.jti, scopes)) {
      throw new InvalidGrant('a scope means something else than when it was allowed')
    }
  }
}

function readMeanings(value: Uint8Array): Readonly<Record<string, unknown>> {
  return parseRecord(value, FORMAT, 'Meanings of scopes', ({ meanings }) =>
    isObject(meanings) ? meanings : undefined,
  )
}
