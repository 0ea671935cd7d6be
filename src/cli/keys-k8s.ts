import { CommandRefused, UsageError } from './cli-errors.ts'
import type { Command, CommandResult, GivenOptions } from './command.ts'
import { createNewFile, shorten } from './create-key-file.ts'
import type { CliIo } from './io.ts'
import { ALG_OPTION, FILE_OPTION, isKeyUse, USE_OPTION } from './key-choices.ts'
import { buildSecret, SECRET_ENTRY, type SecretManifest } from './kubernetes-secret.ts'
import { makeKeys } from './new-keys.ts'
import { formatJson, type ReadKeys, readKeys, resolvePath } from './read-keys.ts'

const APPLY = 'kubectl apply --server-side -f'

export const keysK8s: Command = {
  name: 'keys k8s',
  summary: 'Write the manifest of a Kubernetes Secret that holds keys',
  options: [
    { ...FILE_OPTION, isRequired: false, help: 'The private keys; - for stdin' },
    { ...USE_OPTION, help: `Instead of --file: new keys, which are kept nowhere else` },
    { ...ALG_OPTION, help: 'Of new keys, as for `keys generate`' },
    { name: 'secret-name', value: '<name>', help: 'mcp-server-keys by default' },
    { name: 'namespace', value: '<name>', help: 'default by default' },
    { name: 'out', value: '<file>', help: 'A new file, 0600, instead of stdout' },
  ],
  details: [
    `Pipe it: mcp-gatehouse keys k8s --file <file> | ${APPLY} -`,
    'The manifest is the secret, only encoded: it is not printed on a terminal, and must not be',
    'committed. deploy/kubernetes/ has a Deployment that mounts it.',
  ],
  run: writeSecret,
}

async function writeSecret(options: GivenOptions, io: CliIo): Promise<CommandResult> {
  const out = options.value('out')
  const name = options.value('secret-name') ?? 'mcp-server-keys'
  const namespace = options.value('namespace') ?? 'default'
  // Names are checked before any key is made or read.
  buildSecret(name, namespace, '')
  if (out === undefined && io.isTerminal.stdout) {
    throw new CommandRefused(
      `A Secret is not printed on a terminal. Append \`| ${APPLY} -\`, or use --out <file>.`,
    )
  }
  const { use, keys, stored } = await findKeys(options, io)
  const manifest = buildSecret(name, namespace, formatJson(stored))
  if (out === undefined) return pipe(manifest)
  const path = await createNewFile(out, formatJson(manifest), 'Choose another --out.', io)
  const kids = keys.map(({ kid, status }) => ({ kid, status }))
  return {
    json: { file: path, name, namespace, entry: SECRET_ENTRY, use, keys: kids },
    lines: [
      `Wrote the Secret ${name} of namespace ${namespace} to ${shorten(path, io)} (0600, a secret).`,
      '',
      'Apply it, and delete it:',
      `  ${APPLY} ${shorten(path, io)} && rm ${shorten(path, io)}`,
    ],
  }
}

function pipe(manifest: SecretManifest): CommandResult {
  const { name, namespace } = manifest.metadata
  return {
    json: manifest,
    lines: [JSON.stringify(manifest, null, 2)],
    notes: [`Secret ${name} of namespace ${namespace}, entry ${SECRET_ENTRY}.`],
  }
}

async function findKeys(options: GivenOptions, io: CliIo): Promise<ReadKeys> {
  const [file, use, alg] = [options.value('file'), options.value('use'), options.value('alg')]
  if (file !== undefined) {
    if (alg !== undefined) throw new UsageError('--alg is for new keys: leave --file or --alg out.')
    return readKeys(resolvePath(file, io), use, io)
  }
  if (isKeyUse(use)) return makeKeys(use, alg, io)
  throw new UsageError('Give --file <file> for keys that exist, or --use <use> for new ones.')
}
