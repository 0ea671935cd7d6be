import type { Command, CommandResult } from './command.ts'
import {
  createNewFile,
  defaultKeyFile,
  describeFiles,
  gitignorePattern,
} from './create-key-file.ts'
import { paint } from './format.ts'
import type { CliIo } from './io.ts'
import { generateInto } from './keys-generate.ts'
import { makeKeys } from './new-keys.ts'

const VARIABLE = 'STORAGE_ENCRYPTION_KEY'

/**
 * The key is never printed, not even into a pipe: most of what reads one, such as a job's log,
 * keeps it. A file with the variable serves whoever needs one.
 */
export const keysStorage: Command = {
  name: 'keys storage',
  summary: 'Make a key that storage is encrypted with',
  options: [
    {
      name: 'format',
      value: '<format>',
      choices: ['jwks', 'env'],
      help: `jwks (default), or env: a file with the line ${VARIABLE}=…`,
    },
    { name: 'out', value: '<file>', help: '.keys/storage.json or .keys/storage.env by default' },
  ],
  details: [
    'The key is never printed, so that it gets into no log. A file in the format env is for',
    '`node --env-file` and `docker run --env-file`; it holds one key, which cannot be rotated.',
    'Without the key, what is stored is lost: keep a copy where you keep other secrets.',
  ],
  async run(options, io) {
    if (options.value('format') === 'env') return createVariableFile(options.value('out'), io)
    return generateInto('storage', undefined, options.value('out'), io)
  },
}

async function createVariableFile(out: string | undefined, io: CliIo): Promise<CommandResult> {
  const { keys } = await makeKeys('storage', undefined, io)
  const [key] = keys
  const path = out ?? defaultKeyFile('storage', 'env')
  const text = `${VARIABLE}=${key?.reveal().k}\n`
  const remedy = 'What is stored may need it. For another key, choose another --out.'
  const privateFile = await createNewFile(path, text, remedy, io)
  return {
    json: {
      use: 'storage',
      keys: [{ kid: key?.kid, status: 'current' }],
      privateFile,
      environmentFile: privateFile,
      gitignore: gitignorePattern(privateFile, io),
    },
    lines: [
      paint(io, 'bold', 'New storage key'),
      ...describeFiles({ privateFile, publicFile: undefined }, io),
      '',
      'Use it:',
      `  node --env-file=${privateFile} server.js`,
    ],
  }
}
