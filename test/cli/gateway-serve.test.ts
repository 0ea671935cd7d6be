import { once } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createTokenIssuer } from 'mcp-gatehouse/testing'
import { expect, onTestFinished, test } from 'vitest'
import { exchange, openExchange } from '../adapters/wire.ts'
import { ask } from '../conformance/eras.ts'
import { startRawUpstream } from '../gateway/raw-upstream.ts'
import { SECRET } from './gateway-example.ts'
import { makeFolder, runHere, startProcess } from './support.ts'

const PUBLIC_URL = 'http://127.0.0.1:8080'
const TIMEOUT = { timeout: 60_000 }

const call = (token: string) =>
  ask('2025-11-25', token, 'tools/call', { name: 'echo', arguments: {} })

/** A gateway as a process of its own, and what it has said until now. */
async function startGateway(policy = 'unlisted: authenticated') {
  const issuer = await createTokenIssuer()
  const upstream = await startRawUpstream()
  const folder = await makeFolder()
  const file = join(folder, 'gatehouse.yaml')
  await runHere(folder, ['keys', 'generate', '--use', 'signing'])
  await writeFile(join(folder, 'audit.key'), SECRET)
  const write = (rules: string, more = ''): Promise<void> =>
    writeFile(
      file,
      `publicUrl: ${PUBLIC_URL}
authorizationServers: [${issuer.issuer}]
allowInsecureLoopback: true
keys: .keys/signing.json
listen: { port: 0 }
admin: { port: 0 }
audit: { to: audit.log, key: file:audit.key }
${more}
routes:
  - path: /mcp
    upstream: ${upstream.url}
    policy: { ${rules} }
`,
    )
  await write(policy)
  const { child, ended } = startProcess(folder, ['gateway', '--config', 'gatehouse.yaml'])
  onTestFinished(async () => {
    child.kill('SIGKILL')
    await Promise.all([issuer.close(), upstream.close()])
  })
  let said = ''
  child.stderr.on('data', (chunk: Buffer) => {
    said += chunk.toString()
  })
  async function hears(pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const found = pattern.exec(said)
      if (found !== null) return found
      if (child.exitCode !== null || child.signalCode !== null) throw new Error(said)
      await once(child.stderr, 'data')
    }
  }
  const [, port, admin] = await hears(
    /answers at http:\/\/127.0.0.1:(\d+), and to you at (\S+)\.\n/,
  )
  return {
    child,
    ended,
    folder,
    write,
    upstream,
    hears,
    forget: () => void (said = ''),
    port: Number(port),
    admin: String(admin),
    token: await issuer.mint({ aud: `${PUBLIC_URL}/mcp`, scope: 'notes:read' }),
  }
}

test('the gateway of a file serves, and its audit log says so', TIMEOUT, async () => {
  const { port, token, admin, child, ended, folder } = await startGateway()
  expect(await exchange(port, call(token))).toMatchObject({ status: 200 })
  expect(await exchange(port, call('no.such.token'))).toMatchObject({ status: 401 })
  expect((await fetch(`${admin}/readyz`)).status).toBe(200)
  child.kill('SIGTERM')
  expect(await ended).toMatchObject({ code: 0, stdout: '' })
  const log = await readFile(join(folder, 'audit.log'), 'utf8')
  const events = log
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { event: string })
  expect(events.map(({ event }) => event)).toEqual(['audit.opened', 'auth.allow', 'auth.deny'])
  const verify = ['audit', 'verify', 'audit.log', '--key-file', 'audit.key']
  expect(await runHere(folder, verify)).toMatchObject({ code: 0 })
})

test(
  'SEC-293: SIGHUP puts another policy in force, drops no stream, and a mistake changes nothing',
  TIMEOUT,
  async () => {
    const gateway = await startGateway()
    const { port, token, child, write, upstream, hears, forget } = gateway
    upstream.respond = ({ body }, response) => {
      response.setHeader('content-type', 'text/event-stream')
      response.flushHeaders()
      const { id } = JSON.parse(body) as { id: unknown }
      onHeld(() => response.end(`data: ${JSON.stringify({ jsonrpc: '2.0', id, result: {} })}\n\n`))
    }
    const { promise: held, resolve: onHeld } = Promise.withResolvers<() => void>()
    const running = await openExchange(port, call(token))
    const finish = await held
    upstream.respond = (_seen, response) => response.writeHead(204).end()

    await write('tools: { other: admin }')
    child.kill('SIGHUP')
    await hears(/was read again, and is in force/)
    const denied = await exchange(port, call(token))
    expect([denied.status, denied.body]).toEqual([200, expect.stringContaining('"error"')])

    for (const mistake of ['tools: {', 'tols: { echo: "*" }', 'tools: { echo: {} }']) {
      forget()
      await write(mistake)
      child.kill('SIGHUP')
      await hears(/the configuration before it stays in force/)
      expect((await exchange(port, call(token))).body).toBe(denied.body)
    }

    finish()
    let text = ''
    for await (const chunk of running.body) text += Buffer.from(chunk).toString()
    expect(text).toContain('"result":{}')
    expect(upstream.seen).toHaveLength(1)
  },
)

test(
  'SIGHUP says which changes wait for a restart, and of the others nothing',
  TIMEOUT,
  async () => {
    const { child, folder, write, hears, forget } = await startGateway()
    const file = join(folder, 'gatehouse.yaml')
    const text = await readFile(file, 'utf8')
    await writeFile(
      file,
      text.replace('audit.log', 'other.log').replace('{ port: 0 }', '{ port: 1 }'),
    )
    child.kill('SIGHUP')
    await hears(/is in force\.\nOf it listen, audit will be after a restart\.\n/)
    forget()
    await write('tools: { other: admin }')
    child.kill('SIGHUP')
    await hears(/is in force\.\n/)
    child.kill('SIGTERM')
    const [, between] = await hears(/is in force\.\n([^]*)SIGTERM: no further/)
    expect(between).toBe('')
  },
)

test(
  'SEC-366: SIGTERM lets running calls finish, refuses others, and ends with 0',
  TIMEOUT,
  async () => {
    const { port, token, child, ended, upstream, hears } = await startGateway()
    const answers: (() => void)[] = []
    upstream.respond = ({ body }, response) => {
      const { id } = JSON.parse(body) as { id: unknown }
      response.setHeader('content-type', 'application/json')
      answers.push(() =>
        response.end(JSON.stringify({ jsonrpc: '2.0', id, result: { late: true } })),
      )
    }
    const calls = Array.from({ length: 20 }, () => exchange(port, call(token)))
    while (answers.length < calls.length) await new Promise((resolve) => setTimeout(resolve, 20))
    child.kill('SIGTERM')
    await hears(/SIGTERM: no further requests are taken/)
    await expect(exchange(port, call(token))).rejects.toThrow('ECONNREFUSED')
    expect(child.exitCode).toBeNull()
    for (const answer of answers) answer()
    const statuses = (await Promise.all(calls)).map(({ status, body }) => [
      status,
      body.includes('late'),
    ])
    expect(statuses).toEqual(calls.map(() => [200, true]))
    expect(await ended).toMatchObject({ code: 0 })
  },
)

test('a port that is taken is named', TIMEOUT, async () => {
  const { port, folder, write } = await startGateway()
  await write('unlisted: authenticated')
  const text = await readFile(join(folder, 'gatehouse.yaml'), 'utf8')
  await writeFile(
    join(folder, 'gatehouse.yaml'),
    text
      .replace('listen: { port: 0 }', `listen: { port: ${port} }`)
      .replace('audit.log', 'other.log'),
  )
  const { stderr, code } = await startProcess(folder, ['gateway', '--config', 'gatehouse.yaml'])
    .ended
  expect([code, stderr]).toEqual([
    1,
    expect.stringContaining(`127.0.0.1:${port} is taken by another process.`),
  ])
})
