import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { globSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join, resolve } from 'node:path'
import { afterEach, expect, onTestFinished, test, vi } from 'vitest'
import { ERROR_CODES } from '../../src/errors/index.ts'
import { close, listen } from '../../src/testing/loopback-server.ts'
import { makeFolder, runHere } from '../cli/support.ts'
import { connectMcpRemote } from '../e2e/clients/mcp-remote.ts'
import { createSdkV2Client } from '../e2e/clients/sdk-v2.ts'
import { ALICE } from '../e2e/world.ts'

const PAGE = readFileSync('docs/authorization-server.md', 'utf8')

afterEach(() => vi.unstubAllEnvs())

/** Runs the commands of the page that make keys. */
async function generateKeys(folder: string, uses: readonly string[]): Promise<void> {
  for (const use of uses) {
    const command = `keys generate --use ${use}`
    expect(PAGE).toContain(`npx mcp-gatehouse ${command}`)
    const { code, stderr } = await runHere(folder, command.split(' '), { now: Date.now() / 1_000 })
    expect([code, stderr]).toEqual([0, ''])
  }
}

/** @returns The resource. */
async function startQuickStart(folder: string): Promise<string> {
  const unused = createServer()
  const port = await listen(unused, 0, '127.0.0.1')
  await close(unused)
  const resource = `http://127.0.0.1:${port}/mcp`
  const file = resolve('examples/quick-start/authorization-server.ts')
  const child: ChildProcess = spawn(process.execPath, ['--conditions=mcp-gatehouse-source', file], {
    cwd: folder,
    env: { ...process.env, PORT: String(port) },
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  onTestFinished(async () => {
    child.kill()
    if (child.exitCode === null) await once(child, 'exit')
  })
  const status = (): Promise<number> =>
    fetch(resource).then(
      (answer) => answer.status,
      () => 0,
    )
  await expect.poll(status).toBe(401)
  return resource
}

test('the quick start is started with the keys that its commands make, and clients sign in', {
  timeout: 60_000,
}, async () => {
  const folder = await makeFolder()
  const [quickStart = ''] = /^```sh\n.*?^```$/ms.exec(PAGE) ?? []
  expect(quickStart.match(/keys generate .*/g)).toEqual([
    'keys generate --use signing',
    'keys generate --use cookies',
  ])
  await generateKeys(folder, ['signing', 'cookies'])
  const resource = await startQuickStart(folder)
  for (const connect of [createSdkV2Client('auto'), connectMcpRemote]) {
    const client = await connect(resource, ALICE)
    expect(await client.callTool('find_notes', { text: 'milk' })).toMatch(/ looks for milk$/)
    await client.close()
  }
})

test('the server for production opens with the keys of the page, on a store that is kept', async () => {
  const folder = await makeFolder()
  await generateKeys(folder, ['signing', 'cookies', 'storage'])
  vi.stubEnv('ENTRA_CLIENT_SECRET', 'a secret of the provider')
  const { openAuthorizationServer } = await import('../../examples/recipes/authorization-server.ts')
  const storageUrl = `sqlite:${join(folder, 'gatehouse.db')}`
  const server = await openAuthorizationServer(storageUrl, join(folder, '.keys'))
  expect(server.issuer).toBe('https://auth.example.com')
})

test('what the page quotes under troubleshooting is what the server says', () => {
  const source = globSync('src/**/*.ts')
    .map((file) => readFileSync(file, 'utf8'))
    .join('\n')
  const [, troubleshooting = ''] = PAGE.split('## Troubleshooting')
  const quotes = [...troubleshooting.matchAll(/^\| “(.*?)”/gm)].map(([, text = '']) => text)
  expect(quotes.length).toBeGreaterThan(9)
  expect(quotes.filter((text) => !source.includes(text))).toEqual([])
})

test.each(['authorization-server', 'providers/auth0', 'providers/entra'])(
  'error codes in docs/%s.md exist',
  (page) => {
    const codes = readFileSync(`docs/${page}.md`, 'utf8').match(/\bERR_\w+/g) ?? []
    expect(codes.length).toBeGreaterThan(0)
    expect(codes.filter((code) => !Object.hasOwn(ERROR_CODES, code))).toEqual([])
  },
)
