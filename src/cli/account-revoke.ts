import { ACCOUNT_OPTIONS, askFirst, CONFIRM_OPTION, withAccount } from './account-access.ts'
import type { Command } from './command.ts'
import { formatInstant } from './format.ts'

export const accountRevoke: Command = {
  name: 'account revoke',
  summary: 'Refuse every token and session that a user has until now',
  options: [...ACCOUNT_OPTIONS, CONFIRM_OPTION],
  details: [
    'Resource servers with `revocations: storedRevocations(storage)` of this storage refuse what was',
    'issued before, and so do the authorization server and the account pages. Signing in again works.',
    'What the user has connected stays: `account delete` deletes that.',
  ],
  async run(options, io) {
    const [issuer, subject] = [options.required('issuer'), options.required('subject')]
    await askFirst(options, io, `Sign ${JSON.stringify(subject)} out of everything?`)
    const { storedRevocations } = await import('../revocation/index.ts')
    const before = io.now() + 1
    await withAccount(options, io, async ({ storage }) =>
      storedRevocations(storage).revoke({ issuer, subject, before }),
    )
    return {
      json: { issuer, subject, before },
      lines: [`Revoked: everything of this user from before ${formatInstant(before)}`],
    }
  },
}
