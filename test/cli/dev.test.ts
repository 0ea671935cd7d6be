import { once } from 'node:events'
import { readdir, readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { createScriptedBrowser } from 'mcp-gatehouse/testing'
import { expect, onTestFinished, test } from 'vitest'
import { createNotesClient } from '../../examples/demo/notes-client.ts'
import { exchange } from '../adapters/wire.ts'
import { freePort } from '../contract/free-port.ts'
import { startRawUpstream } from '../gateway/raw-upstream.ts'
import { makeFolder, runHere, startProcess } from './support.ts'

const TIMEOUT = { timeout: 60_000 }

/** An upstream with one tool, on a revision with neither sessions nor streams. */
async function startTools() {
  const upstream = await startRawUpstream()
  onTestFinished(() => upstream.close())
  upstream.respond = ({ body, method }, response) => {
    if (method !== 'POST') return response.writeHead(405).end()
    const message = JSON.parse(body) as { id?: unknown; method: string }
    if (message.id === undefined) return response.writeHead(202).end()
    const result = RESULTS[message.method]
    const error = { code: -32_601, message: 'Method not found' }
    response.setHeader('content-type', 'application/json')
    const outcome = result === undefined ? { error } : { result }
    return response.end(JSON.stringify({ jsonrpc: '2.0', id: message.id, ...outcome }))
  }
  return upstream
}

const RESULTS: Readonly<Record<string, unknown>> = {
  initialize: {
    protocolVersion: '2025-11-25',
    capabilities: { tools: {} },
    serverInfo: { name: 'notes', version: '1.0.0' },
  },
  'tools/list': { tools: [{ name: 'add_note', inputSchema: { type: 'object' } }] },
  'tools/call': { content: [{ type: 'text', text: 'Noted.' }] },
}

async function startDev(...server: readonly string[]) {
  const folder = await makeFolder()
  const { child, ended } = startProcess(folder, ['dev', '--port', '0', ...server])
  onTestFinished(() => void child.kill('SIGKILL'))
  let said = ''
  child.stdout.on('data', (chunk: Buffer) => {
    said += chunk.toString()
  })
  while (!said.includes('mcp-remote')) {
    if (child.exitCode !== null) throw new Error((await ended).stderr)
    await Promise.race([once(child.stdout, 'data'), ended])
  }
  const [resource = ''] = /^\S+/.exec(said) ?? []
  return { child, ended, resource, said: () => said }
}

/** A client that has signed in as alice. */
async function signIn(resource: string) {
  const client = createNotesClient(resource, fetch)
  const url = await client.discover()
  const browser = createScriptedBrowser()
  let page = await browser.open(url)
  for (let step = 0; page.kind === 'page' && step < 4; step += 1) {
    const isSignIn = page.text.includes('Password')
    page = await browser.submit(page, {
      ...(isSignIn && { fields: { username: 'alice', password: 'wonderland' } }),
      button: isSignIn ? 'Sign in' : 'Allow',
    })
  }
  await client.finishSignIn(page.url)
  await client.connect()
  return client
}

test('from nothing to a protected call, with the trace of the docs', TIMEOUT, async () => {
  const upstream = await startTools()
  const { child, ended, resource, said } = await startDev('--upstream', upstream.url)
  const client = await signIn(resource)
  expect(await client.listTools()).toEqual(['add_note'])
  expect(await client.callTool('add_note')).toBe('Noted.')
  await client.close()
  child.kill('SIGTERM')
  expect(await ended).toMatchObject({ code: 0, stderr: '' })

  const shown = tidy(said(), resource, upstream.url)
  const docs = await readFile(resolve(import.meta.dirname, '../../docs/gateway.md'), 'utf8')
  const [, recorded = ''] = /^```text\n(http:\S+:7400\/mcp is .*?)^```$/ms.exec(docs) ?? []
  expect(withoutStream(shown)).toBe(withoutStream(recorded))
})

test('the trace is a page of this machine, and of no other name', TIMEOUT, async () => {
  const { resource } = await startDev('--upstream', (await startTools()).url)
  const { origin, port } = new URL(resource)
  const page = await fetch(`${origin}/__trace`)
  expect([page.status, page.headers.get('content-security-policy')]).toEqual([
    200,
    expect.stringContaining("default-src 'none'"),
  ])
  await fetch(resource, { method: 'POST' })
  const events = await fetch(`${origin}/__trace/events`)
  const first = await events.body?.getReader().read()
  expect(Buffer.from(first?.value ?? '').toString()).toContain('"request":"POST /mcp"')
  const foreign = { target: '/__trace/events', host: 'evil.example.com' }
  expect(await exchange(Number(port), foreign)).toMatchObject({ status: 403 })
})

test('a server on stdio, whose sign-ins are kept in a folder', TIMEOUT, async () => {
  const server = resolve(import.meta.dirname, '../../examples/gateway/stdio/notes-server.ts')
  const kept = await makeFolder()
  const { child, ended, resource } = await startDev('--data', kept, '--', process.execPath, server)
  const client = await signIn(resource)
  expect(await client.listTools()).toEqual(['add_note'])
  await client.close()
  child.kill('SIGTERM')
  expect(await ended).toMatchObject({ code: 0, stderr: '' })
  const files = ['cookies.json', 'dev.db', 'signing.json', 'storage.json']
  expect((await readdir(kept)).toSorted()).toEqual(files)
  const keys = await readFile(resolve(kept, 'signing.json'), 'utf8')
  const again = await startDev('--data', kept, '--', process.execPath, server)
  expect(await readFile(resolve(kept, 'signing.json'), 'utf8')).toBe(keys)
  again.child.kill('SIGTERM')
  await again.ended
})

test.each([[[]], [['--upstream', 'http://127.0.0.1:1/mcp', '--', 'node']]])(
  'one server is given, and not %j',
  async (server) => {
    expect(await runHere('/', ['dev', ...server])).toMatchObject({ code: 2 })
  },
)

test('what is no port is refused', async () => {
  const argv = ['dev', '--upstream', 'http://127.0.0.1:1/mcp', '--port', 'x']
  expect(await runHere('/', argv)).toMatchObject({ code: 2 })
})

/** The client opens it when it likes. */
const withoutStream = (text: string): string => text.replaceAll(/^.* GET \/mcp .*\n/gm, '')

/** What differs from one run to the next, and addresses as the page has them. */
function tidy(text: string, resource: string, upstream: string): string {
  return text
    .replaceAll(new URL(resource).origin, 'http://127.0.0.1:7400')
    .replaceAll(upstream, 'http://127.0.0.1:8000/mcp')
    .replaceAll(/^\d\d:\d\d:\d\d/gm, '10:40:00')
    .replaceAll(/(?<=(?:client|user) )[\w-]{8}…/g, 'k3J9xQ2v…')
    .replaceAll(/ +$/gm, '')
}

test('an upstream that nobody answers at is said so at the start', TIMEOUT, async () => {
  const url = `http://127.0.0.1:${await freePort()}/mcp`
  const { code, stdout } = await runHere(await makeFolder(), [
    'dev',
    '--port',
    '0',
    '--upstream',
    url,
  ])
  expect(code).toBe(0)
  expect(stdout).toContain(
    `Nothing answers at ${url} yet (ECONNREFUSED).\nStart that server, or correct the URL`,
  )
})

test.each(['127.0.0.1:8000', 'localhost:8000/mcp', 'ftp://127.0.0.1/mcp'])(
  'an upstream that is no URL is a mistake in the option: %s',
  async (url) => {
    const { code, stderr } = await runHere(await makeFolder(), ['dev', '--upstream', url])
    expect([code, stderr]).toEqual([
      2,
      'mcp-gatehouse: --upstream is an http or https URL, such as http://127.0.0.1:8000/mcp.\n',
    ])
  },
)
