import { ACCOUNT_OPTIONS, askFirst, CONFIRM_OPTION, withAccount } from './account-access.ts'
import type { Command } from './command.ts'

export const accountDelete: Command = {
  name: 'account delete',
  summary: 'Delete all that is stored about the connections of a user',
  options: [...ACCOUNT_OPTIONS, CONFIRM_OPTION],
  details: [
    'Credentials, what they were used for last, and links that wait for the user. It does not keep the',
    'user out, and does not sign them out: `account revoke` does that. Services are not asked.',
  ],
  async run(options, io) {
    const user = options.required('subject')
    await askFirst(options, io, `Delete all connections of ${JSON.stringify(user)}?`)
    const ended = await withAccount(options, io, ({ connections, owner }) =>
      connections.delete(owner),
    )
    const services = ended.map(({ service }) => service)
    return {
      json: { deleted: services },
      lines: [services.length === 0 ? 'There was no connection' : `Deleted ${services.join(', ')}`],
    }
  },
}
