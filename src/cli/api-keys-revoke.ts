import { isKeyId } from '../verifiers/index.ts'
import { ACCESS_OPTIONS, withApiKeys } from './api-keys-access.ts'
import { CommandRefused, UsageError } from './cli-errors.ts'
import type { Command } from './command.ts'

export const apiKeysRevoke: Command = {
  name: 'api-keys revoke',
  summary: 'Refuse an API key from its next request on',
  options: [
    ...ACCESS_OPTIONS,
    {
      name: 'id',
      value: '<id>',
      isRequired: true,
      help: 'The id of the key, from `api-keys list`',
    },
  ],
  details: [
    'It holds in every process at once, and cannot be undone. Open streams end within 15 s.',
  ],
  async run(options, io) {
    const keyId = options.required('id')
    if (!isKeyId(keyId)) throw new UsageError('--id is the id of a key: 32 hexadecimal digits.')
    const isKnown = await withApiKeys(options, io, (apiKeys) => apiKeys.revoke(keyId))
    if (!isKnown) {
      throw new CommandRefused(
        'There is no such API key. Check --id, --resource and --storage with `mcp-gatehouse api-keys list`.',
      )
    }
    return { json: { keyId, revoked: true }, lines: [`Revoked ${keyId}`] }
  },
}
