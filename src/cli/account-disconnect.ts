import { ACCOUNT_OPTIONS, askFirst, CONFIRM_OPTION, withAccount } from './account-access.ts'
import { CommandRefused } from './cli-errors.ts'
import type { Command } from './command.ts'

export const accountDisconnect: Command = {
  name: 'account disconnect',
  summary: 'Delete the credential of a user at one service',
  options: [
    ...ACCOUNT_OPTIONS,
    {
      name: 'service',
      value: '<name>',
      isRequired: true,
      help: 'The service, from `account list`',
    },
    CONFIRM_OPTION,
  ],
  details: [
    'It holds in every process at once: the next tool call asks the user to connect again. The service',
    'is not asked, since its client secret is with the server; users end it there on their account page.',
  ],
  async run(options, io) {
    const service = options.required('service')
    await askFirst(options, io, `Delete the credential at ${JSON.stringify(service)}?`)
    const ended = await withAccount(options, io, ({ connections, owner }) =>
      connections.disconnect(owner, service),
    )
    if (ended === undefined) {
      throw new CommandRefused(
        'There is no such connection. Check --issuer, --subject, --tenant and --service with `mcp-gatehouse account list`.',
      )
    }
    return { json: { service, disconnected: true }, lines: [`Disconnected ${service}`] }
  },
}
