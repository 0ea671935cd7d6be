import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createTokenIssuer } from 'mcp-gatehouse/testing'
import { Pool } from 'pg'
import { expect, onTestFinished, test, vi } from 'vitest'
import { buildGateway, rebuildGateway } from '../../src/cli/gateway/serve.ts'
import { exchange } from '../adapters/wire.ts'
import { ask } from '../conformance/eras.ts'
import { startRawUpstream } from '../gateway/raw-upstream.ts'
import { makeFolder, runHere } from './support.ts'

const PUBLIC_URL = 'http://127.0.0.1:8080'
const IO = {
  env: { SECRET: 'a secret of the test' },
  stdout: { write: () => true },
} as unknown as Parameters<typeof buildGateway>[1]

test('where a part of a file cannot be opened, none before it stays open', async () => {
  const folder = await makeFolder()
  for (const use of ['storage', 'cookies']) {
    await runHere(folder, ['keys', 'generate', '--use', use])
  }
  const path = join(folder, 'gatehouse.yaml')
  await writeFile(
    path,
    `publicUrl: https://mcp.example.com
authorizationServers: [https://id.example.com]
identity: none
storage: { url: 'sqlite:gatehouse.db', keys: .keys/storage.json }
limits: { perAddress: 600/minute, store: { postgres: 'postgres://nobody@127.0.0.1:1/none' } }
connections:
  cookieKeys: .keys/cookies.json
  signIn: { issuer: 'http://id.example.com', clientId: gateway, clientSecret: '\${SECRET}' }
  services:
    tracker: { title: Tracker, fields: { key: { label: Key } } }
routes:
  - { path: /mcp, upstream: 'https://notes.example.com/mcp' }
`,
  )
  const closed = vi.spyOn(Pool.prototype, 'end')
  const built = await buildGateway(path, IO, false)
  expect(built).toMatchObject({ ok: false, problems: [{ rule: 'ERR_CONFIG_NOT_HTTPS' }] })
  expect(closed).toHaveBeenCalledTimes(1)
})

/** A gateway of a file with parts that need storage, and routes for the tenants of acme. */
async function start() {
  const [issuer, upstream] = [await createTokenIssuer(), await startRawUpstream()]
  const folder = await makeFolder()
  for (const use of ['signing', 'storage', 'cookies']) {
    await runHere(folder, ['keys', 'generate', '--use', use])
  }
  const path = join(folder, 'gatehouse.yaml')
  const route = (name: string, more: string): string =>
    `  - { path: /${name}, upstream: '${upstream.url}', ${more} }\n`
  await writeFile(
    path,
    `publicUrl: ${PUBLIC_URL}
authorizationServers: ['${issuer.issuer}']
allowInsecureLoopback: true
keys: .keys/signing.json
listen: { port: 0 }
storage: { url: 'sqlite:gatehouse.db', keys: .keys/storage.json }
connections:
  cookieKeys: .keys/cookies.json
  signIn: { issuer: '${issuer.issuer}', clientId: gateway, clientSecret: '\${SECRET}' }
  services:
    tracker: { title: Tracker, fields: { key: { label: Key } } }
routes:
${route('fixed', 'tenant: acme')}${route('named', 'tenant: { header: x-tenant }')}${route(
  'hosted',
  'tenant: { hosts: { acme.example.com: acme } }, allowedHosts: [acme.example.com, 127.0.0.1]',
)}${route('keys', `verifier: { jwt: { issuer: '${issuer.issuer}' }, apiKeys: { prefix: acme } }`)}${route(
  'tracker',
  `connections: { tracker: { headers: { x-key: '{key}' } } }`,
)}`,
  )
  const built = await buildGateway(path, IO, false)
  if (!built.ok) throw new Error(JSON.stringify(built.problems))
  const { gateway, parts } = built
  const port = Number(new URL((await gateway.listen()).url).port)
  onTestFinished(async () => {
    await gateway.close()
    await parts.close()
    await parts.storage?.close()
    await Promise.all([issuer.close(), upstream.close()])
  })
  type Lines = readonly (readonly [string, string])[]
  const call = (name: string, token: string, lines: Lines = [], host?: string) => {
    const { headers = [], ...request } = ask('2025-11-25', token, 'tools/call', { name: 'echo' })
    const sent = { ...request, target: `/${name}`, headers: [...headers, ...lines] }
    return exchange(port, host === undefined ? sent : { ...sent, host })
  }
  const mint = (name: string, tenant?: string) =>
    issuer.mint({
      aud: `${PUBLIC_URL}/${name}`,
      sub: 'alice',
      ...(tenant !== undefined && { tenant_id: tenant }),
    })
  return { folder, path, gateway, parts, port, upstream, call, mint }
}

test('SEC-291: each form of a tenant lets its own callers in, and nobody else', async () => {
  const { call, mint } = await start()
  const statusOf = async (name: string, tenant: string | undefined, ...rest: unknown[]) => {
    const [lines, host] = rest as [(readonly (readonly [string, string])[])?, string?]
    return (await call(name, await mint(name, tenant), lines, host)).status
  }
  expect(await statusOf('fixed', 'acme')).toBe(200)
  expect(await statusOf('fixed', 'globex')).toBe(403)
  expect(await statusOf('fixed', undefined)).toBe(403)
  expect(await statusOf('named', 'acme', [['x-tenant', 'acme']])).toBe(200)
  expect(await statusOf('named', 'acme', [['x-tenant', 'globex']])).toBe(403)
  expect(await statusOf('named', 'acme')).toBe(403)
  expect(await statusOf('hosted', 'acme', [], 'acme.example.com')).toBe(200)
  expect(await statusOf('hosted', 'globex', [], 'acme.example.com')).toBe(403)
  expect(await statusOf('hosted', 'acme')).toBe(403)
})

test('API keys of the storage are accepted beside signed tokens', async () => {
  const { folder, call, mint } = await start()
  const storage = ['--storage', `sqlite:${join(folder, 'gatehouse.db')}`]
  const access = [...storage, '--storage-keys', '.keys/storage.json', '--prefix', 'acme']
  const line = ['api-keys', 'issue', '--resource', `${PUBLIC_URL}/keys`, '--name', 'job', ...access]
  const { stdout } = await runHere(folder, line, { now: () => Math.floor(Date.now() / 1_000) })
  expect((await call('keys', stdout.trim())).status).toBe(200)
  expect((await call('keys', await mint('keys'))).status).toBe(200)
  expect((await call('fixed', stdout.trim())).status).toBe(401)
})

test('connections of the file are asked for, their pages served, and a reload keeps the storage', async () => {
  const { path, gateway, parts, port, upstream, call, mint } = await start()
  const asked = async () => (await call('tracker', await mint('tracker'))).body
  expect(await asked()).toContain(`To connect it, open ${PUBLIC_URL}/connect/tracker`)
  expect(upstream.seen).toEqual([])
  const page = await fetch(`http://127.0.0.1:${port}/account`)
  expect([page.status, await page.text()]).toEqual([200, expect.stringContaining('Sign in')])
  const again = await rebuildGateway(path, IO, { gateway, parts })
  expect(again.ok && again.parts.storage).toBe(parts.storage)
  expect(await asked()).toContain(`${PUBLIC_URL}/connect/tracker`)
})
