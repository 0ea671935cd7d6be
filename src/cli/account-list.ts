import type { ConnectionSummary } from '../connections/index.ts'
import { ACCOUNT_OPTIONS, withAccount } from './account-access.ts'
import type { Command } from './command.ts'
import { formatDuration, formatInstant, formatTable, paint } from './format.ts'
import { printable } from './plain-text.ts'

const HEAD = ['SERVICE', 'ACCOUNT', 'PERMISSIONS', 'CONNECTED', 'LAST USED', 'BY']

export const accountList: Command = {
  name: 'account list',
  summary: 'Show what a user has connected, without the credentials',
  options: ACCOUNT_OPTIONS,
  details: ['The last use is noted once a minute. Users see the same on their account page.'],
  async run(options, io) {
    const connections = await withAccount(options, io, (account) =>
      account.connections.list(account.owner),
    )
    // Whether a connection still works depends on the services, which only the server knows.
    const json = { connections: connections.map(({ state: _state, ...facts }) => facts) }
    if (connections.length === 0) return { json, lines: ['This user has connected no service.'] }
    const rows = connections.map((connection) => rowOf(connection, io.now()))
    const [head = '', ...lines] = formatTable([HEAD, ...rows])
    return { json, lines: [paint(io, 'bold', head), ...lines] }
  },
}

function rowOf(connection: ConnectionSummary, now: number): readonly string[] {
  const { service, account, permissions, connectedAt, lastUsedAt, lastUsedBy } = connection
  return [
    service,
    printable(account.name || account.id) || '-',
    printable(permissions.join(' ')) || '-',
    formatInstant(connectedAt),
    lastUsedAt === undefined ? 'never' : `${formatDuration(now - lastUsedAt)} ago`,
    printable(lastUsedBy ?? '') || '-',
  ]
}
