import { ACCOUNT_OPTIONS, withAccount } from './account-access.ts'
import type { Command } from './command.ts'

export const accountExport: Command = {
  name: 'account export',
  summary: 'Print what is stored about the connections of a user, as JSON',
  options: ACCOUNT_OPTIONS,
  details: [
    'For a request for access to personal data. Credentials are left out: they are secrets of the',
    'service, and whoever reads the file could use them.',
  ],
  async run(options, io) {
    const { owner, connections, pendingRequests } = await withAccount(options, io, (account) =>
      account.connections.export(account.owner),
    )
    const { issuer, subject, tenant } = owner
    const json = {
      user: { issuer, subject, tenant },
      connections: connections.map(({ state: _state, ...facts }) => facts),
      pendingRequests,
    }
    return { json, lines: JSON.stringify(json, null, 2).split('\n') }
  },
}
