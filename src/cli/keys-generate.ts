import type { KeyUse } from '../keys/index.ts'
import { UsageError } from './cli-errors.ts'
import type { Command, CommandResult } from './command.ts'
import {
  createKeyFiles,
  defaultKeyFile,
  describeFiles,
  gitignorePattern,
} from './create-key-file.ts'
import { paint } from './format.ts'
import type { CliIo } from './io.ts'
import { ALG_OPTION, isKeyUse, USE_OPTION } from './key-choices.ts'
import { makeKeys } from './new-keys.ts'
import { formatJson } from './read-keys.ts'

/** The variables that name a key file; the other rings are configured in code. */
const FILE_VARIABLES: Partial<Readonly<Record<KeyUse, string>>> = {
  encryption: 'MCP_KEY_FILE_PATH',
  storage: 'STORAGE_ENCRYPTION_KEY_PATH',
}

export const keysGenerate: Command = {
  name: 'keys generate',
  summary: 'Make keys for one use, in a file that only you can read',
  options: [
    { ...USE_OPTION, isRequired: true },
    ALG_OPTION,
    { name: 'out', value: '<file>', help: 'The private keys; .keys/<use>.json by default' },
  ],
  details: [
    'Writes a current and a next key. Public keys go beside the private ones, to <name>.public.json.',
    'Nothing is ever overwritten: `mcp-gatehouse keys rotate` replaces keys without an outage.',
  ],
  async run(options, io) {
    const use = options.required('use')
    if (!isKeyUse(use)) throw new UsageError('--use is unknown.')
    return generateInto(use, options.value('alg'), options.value('out'), io)
  },
}

/** Makes keys for a use and writes them, to the default place where none is given. */
export async function generateInto(
  use: KeyUse,
  alg: string | undefined,
  out: string | undefined,
  io: CliIo,
): Promise<CommandResult> {
  const { stored, keys, publicJwks } = await makeKeys(use, alg, io)
  const path = out ?? defaultKeyFile(use, 'json')
  const files = await createKeyFiles(path, formatJson(stored), publicJwks, io)
  const { privateFile } = files
  const variable = FILE_VARIABLES[use]
  const usedAlg = keys[0]?.alg
  return {
    json: {
      use,
      alg: usedAlg,
      keys: keys.map(({ kid, status }) => ({ kid, status })),
      ...files,
      environment: variable === undefined ? {} : { [variable]: privateFile },
      gitignore: gitignorePattern(privateFile, io),
    },
    lines: [
      paint(io, 'bold', `New ${use} keys${usedAlg === undefined ? '' : ` (${usedAlg})`}`),
      ...describeFiles(files, io),
      '',
      'Use them:',
      variable === undefined
        ? `  createKeyRing({ use: '${use}', source: keysFromFile(${JSON.stringify(privateFile)}) })`
        : `  ${variable}=${privateFile}`,
    ],
  }
}
