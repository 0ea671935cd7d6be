import { once } from 'node:events'
import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { createTokenIssuer } from 'mcp-gatehouse/testing'
import { beforeAll, expect, onTestFinished, test, vi } from 'vitest'
import { exchange } from '../adapters/wire.ts'
import { ask } from '../conformance/eras.ts'
import { checkFile, lineOf, type Mistake } from './gateway-example.ts'
import { makeFolder, startProcess } from './support.ts'

const FOLDER = resolve(import.meta.dirname, '../../examples/gateway/stdio')
const PUBLIC_URL = 'http://127.0.0.1:8080'
const ENV = { TEAM: 'acme' }

let example = ''

beforeAll(async () => {
  const text = await readFile(join(FOLDER, 'gatehouse.yaml'), 'utf8')
  example = text.replace('file:/run/secrets/notes-key', 'file:secrets/notes-key')
})

/** A folder with this file, and the secret that the example reads. */
async function makeCommandFolder(text: string): Promise<string> {
  const folder = await makeFolder()
  await mkdir(join(folder, 'secrets'))
  await writeFile(join(folder, 'secrets/notes-key'), 'notes-secret\n')
  await writeFile(join(folder, 'gatehouse.yaml'), text)
  return folder
}

test('the example is right', async () => {
  const folder = await makeCommandFolder(example)
  expect(await checkFile(folder, ENV)).toMatchObject({
    code: 0,
    stderr: '',
    stdout: expect.stringContaining('gatehouse.yaml is right: 1 resource'),
  })
})

test.each([
  ['the folder of the file', 'notes-server.ts', 'notes-server.ts', ''],
  ['a folder that it names', '', 'server', 'cwd: server\n      '],
])('a server on stdio runs in %s', { timeout: 60_000 }, async (_title, source, link, cwd) => {
  const issuer = await createTokenIssuer()
  onTestFinished(() => issuer.close())
  vi.stubEnv('TEAM', ENV.TEAM)
  onTestFinished(() => void vi.unstubAllEnvs())
  const text = example
    .replace('https://mcp.example.com', `${PUBLIC_URL}\nallowInsecureLoopback: true`)
    .replace('https://id.example.com/realms/acme', issuer.issuer)
    .replace('path: /notes', 'path: /mcp')
    .replace('args:', `${cwd}args:`)
  const folder = await makeCommandFolder(`listen: { port: 0 }\n${text}`)
  await symlink(join(FOLDER, source), join(folder, link))
  const config = join(folder, 'gatehouse.yaml')
  const { child, ended } = startProcess('/', ['gateway', '--config', config])
  onTestFinished(() => void child.kill('SIGKILL'))
  const [said] = (await once(child.stderr, 'data')) as [Buffer]
  const port = Number(/answers at http:\/\/127.0.0.1:(\d+)/.exec(said.toString())?.[1])

  const add = async (scope: string) => {
    const token = await issuer.mint({ aud: `${PUBLIC_URL}/mcp`, sub: 'alice', scope })
    const params = { name: 'add_note', arguments: { text: 'milk' } }
    return exchange(port, ask('2026-07-28', token, 'tools/call', params))
  }
  expect(await add('notes:write')).toMatchObject({
    status: 200,
    body: expect.stringContaining('acme: milk'),
  })
  expect(await add('notes:read')).toMatchObject({ status: 403 })
  child.kill('SIGTERM')
  expect(await ended).toMatchObject({ code: 0 })
})

const MISTAKES: readonly Mistake[] = [
  {
    title: 'a command with its arguments',
    change: ['command: node', 'command: npx -y server-notes'],
    key: 'command',
    says: 'Write the program alone, and its arguments in args, such as [-y, server-notes]. [command-line]',
  },
  {
    title: 'a misspelt command',
    change: ['command: node', 'comand: node'],
    key: 'comand',
    says: 'There is no such key here. Did you mean command? [unknown-key]',
  },
  {
    title: 'a URL beside the command',
    change: ['command: node', 'command: node\n      url: http://notes:8000/mcp'],
    at: 'url: http://notes',
    key: 'url',
    says: 'There is no such key here. These are: args, command, cwd, env, inheritEnv, maxIdleSeconds,',
  },
  {
    title: 'arguments in one text',
    change: ['[notes-server.ts]', 'notes-server.ts'],
    key: 'args',
    says: 'Write a list of arguments, such as [-y, server-notes]. [type]',
  },
  {
    title: 'an argument that is a number',
    change: ['[notes-server.ts]', '[--port, 8000]'],
    key: 'args[1]',
    says: 'Write a text, in quotes where it is a number. [type]',
  },
  {
    title: 'an empty folder',
    change: ['command: node', 'command: node\n      cwd: ""'],
    at: 'cwd: ""',
    key: 'cwd',
    says: 'The text is empty. Write the folder that it runs in; that of this file by default. [range]',
  },
  {
    title: 'a variable that is a number',
    change: ['${TEAM}', '42'],
    key: 'env.NOTES_OF',
    says: 'Write a text, in quotes where it is a number. [type]',
  },
  {
    title: 'a variable whose name is none',
    change: ['NOTES_OF:', 'NOTES-OF:'],
    key: 'env.NOTES-OF',
    says: '[ERR_CONFIG_GATEWAY_COMMAND]',
  },
  {
    title: 'a variable of the gateway that is not set',
    change: ['${TEAM}', '${TEEM}'],
    key: 'env.NOTES_OF',
    says: 'The environment variable TEEM is not set. Set TEEM in the environment',
  },
  {
    title: 'a secret in the file',
    change: ['file:secrets/notes-key', 'hunter2'],
    key: 'env.NOTES_KEY',
    says: 'A secret stands in the configuration. Write ${VARIABLE}, or file:',
  },
  {
    title: 'a secret file that is not there',
    change: ['secrets/notes-key', 'secrets/note-key'],
    key: 'env.NOTES_KEY',
    says: 'The file cannot be read (ENOENT).',
  },
  {
    title: 'one inherited variable in a text',
    change: ['[HTTPS_PROXY]', 'HTTPS_PROXY'],
    key: 'inheritEnv',
    says: "Write a list of variables that it gets of the gateway's own, such as [HTTPS_PROXY]. [type]",
  },
  {
    title: 'an inherited variable with its value',
    change: ['[HTTPS_PROXY]', '[HTTPS_PROXY=http://proxy:3128]'],
    key: 'inheritEnv',
    says: '[ERR_CONFIG_GATEWAY_COMMAND]',
  },
  {
    title: 'no process at all',
    change: ['maxIdleSeconds: 60', 'maxProcesses: 0'],
    key: 'maxProcesses',
    says: 'The number is too small. Write 1 to 10000 processes at once; 100 by default. [range]',
  },
  {
    title: 'too many processes for one caller',
    change: ['Principal: 3', 'Principal: 3000'],
    key: 'maxProcessesPerPrincipal',
    says: 'Write 1 to 1000 processes at once for one caller; 10 by default. [range]',
  },
  {
    title: 'a time with its unit',
    change: ['maxIdleSeconds: 60', 'maxIdleSeconds: 60s'],
    key: 'maxIdleSeconds',
    says: 'Write 1 to 86400 seconds that a process is kept for nobody; 300 by default. [type]',
  },
  {
    title: 'a start that may take for ever',
    change: ['maxIdleSeconds: 60', 'startTimeoutSeconds: 3600'],
    key: 'startTimeoutSeconds',
    says: 'Write 1 to 600 seconds until its first message; 30 by default. [range]',
  },
  {
    title: 'an answer that may take no time',
    change: ['maxIdleSeconds: 60', 'responseTimeoutSeconds: 0'],
    key: 'responseTimeoutSeconds',
    says: 'Write 1 to 86400 seconds until an answer begins; 300 by default. [range]',
  },
]

test.each(MISTAKES)('of a command: $title', async ({ change: [from, to], at, key, says }) => {
  const text = example.replace(from, () => to)
  const { code, stdout } = await checkFile(await makeCommandFolder(text), ENV)
  const place = `gatehouse.yaml:${lineOf(text, at ?? to)}:`
  expect([code, stdout]).toEqual([1, expect.stringContaining(says)])
  const line = stdout.split('\n').find((one) => one.includes(says))
  expect(line).toContain(`: routes[0].upstream.${key}: `)
  expect(line?.startsWith(place)).toBe(true)
  expect(stdout).not.toMatch(/hunter2|notes-secret/)
})

test('of a command: what is about HTTP', async () => {
  const header = '    upstreamHeaders: { x-team: acme }\n'
  const text = example.replace('    policy:\n', `${header}    policy:\n`)
  const { code, stdout } = await checkFile(await makeCommandFolder(text), ENV)
  expect([code, stdout]).toEqual([
    1,
    expect.stringMatching(
      /routes\[0\]\.upstreamHeaders: .*what its processes need goes into `env`/,
    ),
  ])
})
