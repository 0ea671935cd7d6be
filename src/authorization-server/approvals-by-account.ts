import type { Approval, ApprovalRecords } from './interaction/approvals.ts'
import type { Settings } from './options/index.ts'
import type { ProviderSource } from './provider/provider-source.ts'

/** What users have allowed clients, by their account here; nobody else has allowed anything. */
export interface ApprovalsByAccount {
  list(accountId: string | undefined): Promise<readonly Approval[]>
  /** @returns Whether there was one. */
  revoke(accountId: string | undefined, id: string): Promise<boolean>
}

/** With an approval go the tokens that came of it. */
export function createApprovalsByAccount(
  records: ApprovalRecords,
  source: ProviderSource,
  { issuer, clock, emit }: Pick<Settings, 'clock' | 'emit' | 'issuer'>,
): ApprovalsByAccount {
  return {
    list: async (accountId) => (accountId === undefined ? [] : records.list(accountId)),
    async revoke(accountId, id) {
      const grantIds = accountId === undefined ? undefined : await records.remove(accountId, id)
      if (grantIds === undefined) {
        emit({ type: 'consent.not_found', at: clock.now(), issuer, subject: accountId })
        return false
      }
      const provider = await source.current()
      for (const grantId of grantIds) {
        await provider.RefreshToken.revokeByGrantId(grantId)
        await provider.AuthorizationCode.revokeByGrantId(grantId)
        await (await provider.Grant.find(grantId))?.destroy()
      }
      emit({ type: 'consent.revoked', at: clock.now(), issuer, subject: accountId })
      return true
    },
  }
}
