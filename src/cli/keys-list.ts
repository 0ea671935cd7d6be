import type { StoredKey } from '../keys/index.ts'
import type { Command } from './command.ts'
import { formatDuration, formatTable, paint } from './format.ts'
import { FILE_OPTION, USE_HINT_OPTION } from './key-choices.ts'
import { readKeys, resolvePath } from './read-keys.ts'

export const keysList: Command = {
  name: 'keys list',
  summary: 'Show the keys of a file, without their secrets',
  options: [{ ...FILE_OPTION, help: 'The private keys; - for stdin' }, USE_HINT_OPTION],
  details: [
    'current signs and encrypts; next is published, and current after the next rotation; previous',
    'is still accepted.',
  ],
  async run(options, io) {
    const path = resolvePath(options.required('file'), io)
    const { use, keys, stored } = await readKeys(path, options.value('use'), io)
    const entries = keys.map(({ kid, alg, status }) => {
      const { iat, retired_at } = timesOf(stored.keys, kid)
      return { kid, use, alg, status, iat, retired_at }
    })
    const age = (since: number | undefined): string =>
      since === undefined ? '-' : formatDuration(io.now() - since)
    const rows = entries.map(({ kid, alg = '-', status, iat }) => [kid, use, alg, status, age(iat)])
    const [head = '', ...lines] = formatTable([['KID', 'USE', 'ALG', 'STATUS', 'AGE'], ...rows])
    return { json: { file: path, use, keys: entries }, lines: [paint(io, 'bold', head), ...lines] }
  },
}

/** Keys from elsewhere have no `kid` or no times. */
function timesOf(stored: readonly StoredKey[], kid: string): Pick<StoredKey, 'iat' | 'retired_at'> {
  return stored.find((key) => key.kid === kid) ?? {}
}
