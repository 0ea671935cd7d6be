import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { expect, onTestFinished, test } from 'vitest'
import { close, listen } from '../../src/testing/loopback-server.ts'
import { runHere } from '../cli/support.ts'

const EXAMPLES = 'examples/gateway'
const CONDITION = '--conditions=mcp-gatehouse-source'
const pathOf = (file: string): string => resolve(EXAMPLES, file)
const env: NodeJS.ProcessEnv = { ...process.env, PORT: '0' }

test('the gateway of the docs starts, publishes its resources and keys, and ends when it is told', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'gateway-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  expect((await runHere(folder, ['keys', 'generate', '--use', 'signing'])).code).toBe(0)
  const child = spawn(process.execPath, [CONDITION, pathOf('gateway.ts')], { cwd: folder, env })
  onTestFinished(() => void child.kill('SIGKILL'))
  const url = await urlOf(child)
  const read = async (path: string): Promise<unknown> => (await fetch(`${url}${path}`)).json()
  expect(await read('/.well-known/oauth-protected-resource/notes')).toMatchObject({
    resource: 'https://mcp.example.com/notes',
  })
  expect(await read('/.well-known/jwks.json')).toMatchObject({ keys: [{ alg: 'ES256' }, {}] })
  child.kill('SIGTERM')
  expect(await once(child, 'exit')).toEqual([0, null])
})

test('the upstream of the docs lets nobody in who does not come through the gateway', async () => {
  const child = spawn(process.execPath, [CONDITION, pathOf('upstream.ts')], { env })
  onTestFinished(() => void child.kill('SIGKILL'))
  // It says nothing, so that it is asked whether it still runs once it has started.
  await promisify(setTimeout)(1_500)
  expect(child.exitCode).toBeNull()
})

test('the gateway with credentials has options that pass', async () => {
  const run = promisify(execFile)(process.execPath, [CONDITION, pathOf('credentials.ts')])
  expect((await run).stderr).toBe('')
})

test('the gateway that exchanges tokens has options that pass', async () => {
  const run = promisify(execFile)(process.execPath, [CONDITION, pathOf('exchange.ts')])
  expect((await run).stderr).toBe('')
})

test('the gateway with connections has options that pass', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'gateway-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  for (const use of ['signing', 'storage', 'cookies']) {
    expect((await runHere(folder, ['keys', 'generate', '--use', use])).code).toBe(0)
  }
  const run = promisify(execFile)(process.execPath, [CONDITION, pathOf('connections.ts')], {
    cwd: folder,
  })
  expect((await run).stderr).not.toContain('Error')
})

test('two users of the server on stdio have notes of their own', { timeout: 30_000 }, async () => {
  const unused = createServer()
  const port = await listen(unused, 0, '127.0.0.1')
  await close(unused)
  const main = resolve('examples/gateway/stdio', 'main.ts')
  const run = promisify(execFile)(process.execPath, [CONDITION, main], {
    env: { ...env, PORT: String(port), PATH: `${dirname(process.execPath)}:${env.PATH}` },
  })
  expect(await run).toEqual({ stdout: 'Each user has notes of their own.\n', stderr: '' })
})

async function urlOf({ stdout }: ChildProcess): Promise<string> {
  let text = ''
  for (;;) {
    const [chunk] = await once(stdout ?? process.stdin, 'data')
    text += String(chunk)
    const url = /http:\/\/\S+/.exec(text)?.[0]
    if (url !== undefined) return url
  }
}
