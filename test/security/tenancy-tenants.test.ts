import { memory } from 'mcp-gatehouse/storage'
import { createTenants, type TenantOptions } from 'mcp-gatehouse/tenants'
import { createPrincipal, createScriptedBrowser } from 'mcp-gatehouse/testing'
import { describe, expect, test, vi } from 'vitest'
import { collect } from '../../src/testing/storage-contract/world.ts'
import { callMcp, listTenants, startTenants, type TenantsWorld, USERS } from '../tenants/world.ts'
import { ALICE, obtainTokens, register } from '../testing/flow.ts'

vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })

async function signIn({ issuerOf }: TenantsWorld, id: string): Promise<string> {
  const { client } = await register(issuerOf(id))
  const clientId = String(client['client_id'])
  const browser = createScriptedBrowser()
  const tokens = await obtainTokens(issuerOf(id), { browser, clientId, signIn: ALICE })
  return String(tokens['access_token'])
}

async function serversOf({ replicas: [tenants] }: TenantsWorld, id: string) {
  const tenant = await tenants.get(id)
  if (tenant === undefined) throw new Error(`no ${id}`)
  return tenant
}

describe('SEC-292 ids of another tenant', () => {
  test('SEC-292 an approval is neither listed nor taken back, and the attempt is in the audit', async () => {
    const world = await startTenants()
    await signIn(world, 'acme')
    await signIn(world, 'globex')
    const [acme, globex] = [await serversOf(world, 'acme'), await serversOf(world, 'globex')]
    const subjects = world.events.flatMap(({ event }) =>
      event.type === 'consent.allow' ? [event.subject] : [],
    )
    // Users of their own have the same subject at both, and are two.
    const at = (issuer: string) => createPrincipal({ sub: String(subjects[0]) }, issuer)
    const [own] = await acme.authorizationServer.approvals.list(at(acme.issuer))
    const id = own?.id ?? ''
    expect(id).toMatch(/^[0-9a-f]{64}$/)
    const { approvals } = globex.authorizationServer
    expect(await approvals.list(at(acme.issuer))).toEqual([])
    for (const issuer of [acme.issuer, globex.issuer]) {
      expect(await approvals.revoke(at(issuer), id)).toBe(false)
    }
    expect(world.events.slice(-2)).toMatchObject([
      { tenant: 'globex', event: { type: 'consent.not_found', subject: undefined } },
      { tenant: 'globex', event: { type: 'consent.not_found' } },
    ])
    expect(await acme.authorizationServer.approvals.list(at(acme.issuer))).toHaveLength(1)
  })

  test('SEC-292 a client of one tenant is unknown at another, and so is whoever signs in there', async () => {
    const world = await startTenants()
    const token = await signIn(world, 'acme')
    const { client } = await register(world.issuerOf('acme'))
    const authorize = `/authorize?client_id=${String(client['client_id'])}&response_type=code`
    const page = await fetch(world.issuerOf('globex') + authorize, { redirect: 'manual' })
    expect([page.status, await page.text()]).toEqual([
      400,
      expect.stringContaining('does not know the application'),
    ])
    const { verifier } = (await serversOf(world, 'globex')).authorizationServer
    expect(await verifier.verify(token)).toMatchObject({ ok: false })
  })

  test.each(['nobody', '../acme', '__proto__', '', 'ACME'])(
    'SEC-292 the tenant %j is not there, for whoever administers, and the audit says that somebody asked',
    async (id) => {
      const { replicas, events } = await startTenants()
      const [tenants] = replicas
      events.length = 0
      expect([
        await tenants.get(id),
        await tenants.suspend(id),
        await tenants.resume(id),
        await tenants.reload(id),
        await tenants.rotateKeys(id),
        await tenants.remove(id),
      ]).toEqual([undefined, false, false, false, false, false])
      const tenant = id === 'nobody' ? id : undefined
      const event = expect.objectContaining({ type: 'tenant.not_found', tenant })
      expect(events).toEqual(Array.from({ length: 6 }, () => ({ event, tenant: undefined })))
    },
  )
})

describe('SEC-293 other options', () => {
  test('SEC-293 take over between two requests; invalid ones change nothing', async () => {
    const world = await startTenants()
    const {
      replicas: [tenants],
      options,
      resourceOf,
    } = world
    const token = await signIn(world, 'acme')
    const before = options.get('acme') as TenantOptions
    const status = async () => (await callMcp(resourceOf('acme'), token)).status
    const withPolicy = (policy: object): TenantOptions => ({
      ...before,
      resourceServers: { [resourceOf('acme')]: { policy } },
    })
    options.set('acme', withPolicy({ tools: { whoami: 'notes:admin' } }))
    expect(await tenants.reload('acme')).toBe(true)
    expect(await status()).toBe(403)
    for (const wrong of [
      withPolicy({ tools: { whoami: {} } }),
      { ...before, users: undefined },
      { ...before, issuer: 'https://evil.example' } as TenantOptions,
      { ...before, resourceServers: { 'https://evil.example/mcp': {} } },
      undefined,
    ]) {
      if (wrong === undefined) options.delete('acme')
      else options.set('acme', wrong)
      await expect(tenants.reload('acme')).rejects.toMatchObject({
        code: expect.stringMatching(/^ERR_CONFIG/),
      })
      expect(await status()).toBe(403)
    }
    options.set('acme', before)
    await tenants.reload('acme')
    expect(await status()).toBe(200)
  })

  test('SEC-293 a process that cannot use them keeps those from before, says so, and tries again', async () => {
    const storage = memory()
    const world = await startTenants({ storages: [storage, storage] })
    const {
      replicas: [first, second],
      options,
      clock,
      events,
      resourceOf,
    } = world
    const token = await signIn(world, 'acme')
    await second?.get('acme')
    const before = options.get('acme') as TenantOptions
    await first.reload('acme')
    options.delete('acme')
    clock.pass(6)
    world.answers = 1
    const status = async () => (await callMcp(resourceOf('acme'), token)).status
    expect(await status()).toBe(200)
    const refusals = () => events.filter(({ event }) => event.type === 'tenant.options_refused')
    await expect.poll(() => refusals().length).toBe(1)
    expect(refusals()[0]).toMatchObject({
      tenant: 'acme',
      event: { error: { code: 'ERR_CONFIG_TENANT_UNKNOWN' } },
    })
    expect(await status()).toBe(200)
    options.set('acme', { ...before, resourceServers: {} })
    clock.pass(16)
    expect(await status()).toBe(200)
    await expect.poll(status).toBe(404)
  })
})

describe('SEC-294 a tenant that is gone', () => {
  test.each([
    ['removed', 'remove'],
    ['suspended', 'suspend'],
  ] as const)(
    'SEC-294 streams of a tenant that is %s elsewhere end within 60 s',
    async (_what, how) => {
      const storage = memory()
      const world = await startTenants({ storages: [storage, storage] })
      const {
        replicas: [first, second],
        clock,
        resourceOf,
      } = world
      const open = async (id: string) => {
        const token = await signIn(world, id)
        const stream = new ReadableStream({
          start: (controller) => controller.enqueue(new TextEncoder().encode(': open\n\n')),
        })
        const serve = second?.resourceServer.protect(
          () => new Response(stream, { headers: { 'content-type': 'text/event-stream' } }),
        )
        const request = new Request(resourceOf(id), {
          headers: { authorization: `Bearer ${token}`, accept: 'text/event-stream' },
        })
        const answer = await serve?.(request)
        const reader = answer?.body?.getReader()
        expect(new TextDecoder().decode((await reader?.read())?.value)).toBe(': open\n\n')
        const over = vi.fn<() => void>()
        reader?.closed.then(over, over)
        return over
      }
      const [over, otherOver] = [await open('acme'), await open('globex')]
      await first[how]('acme')
      clock.pass(20)
      await vi.advanceTimersByTimeAsync(15_000)
      await expect.poll(() => over.mock.calls.length).toBe(1)
      expect(otherOver).not.toHaveBeenCalled()
    },
  )

  test('SEC-294 rows and keys are gone, also where the process that began has died', async () => {
    const storage = memory()
    const world = await startTenants({ storages: [storage, storage] })
    const {
      replicas: [first, second],
      clock,
      events,
    } = world
    await signIn(world, 'acme')
    const left = () => collect(storage.list('@acme:'))
    expect((await left()).filter((key) => key.startsWith('@acme:tenant-keys:'))).toHaveLength(2)
    const stale = await second?.get('acme')
    await first.remove('acme')
    await first.close()
    expect(await left()).toEqual([])
    // A request of the other process that was under way, and did not know.
    await stale?.storage.set('late', new Uint8Array(), {})
    clock.pass(21)
    await vi.advanceTimersByTimeAsync(15_000)
    await expect.poll(left).toEqual([])
    await expect
      .poll(() => events.at(-1))
      .toMatchObject({ event: { type: 'tenant.swept', tenant: 'acme' } })
    expect(await second?.get('acme')).toBeUndefined()
  })

  test('SEC-294 nobody gets the id before every token has expired that was issued under it', async () => {
    const clockStorage = memory()
    const world = await startTenants({ storages: [clockStorage] })
    const {
      replicas: [tenants],
    } = world
    await tenants.remove('acme')
    await expect(tenants.add('acme')).rejects.toMatchObject({ code: 'ERR_CONFIG_TENANT_DELETED' })
    expect(await listTenants(tenants)).toMatchObject([{ id: 'globex' }])
  })
})

describe('SEC-295 ids of tenants', () => {
  const create = () =>
    createTenants({
      issuer: 'http://127.0.0.1:4000/t/{tenant}',
      storage: memory(),
      options: ({ issuer }) => ({ resources: [`${issuer}/mcp`], users: USERS }),
      allowInsecureLoopback: true,
      onEvent: () => undefined,
    })

  test.each([
    '../x',
    '__proto__',
    '😀',
    'a'.repeat(300),
    'a'.repeat(64),
    '',
    '.',
    'a/b',
    'a:b',
    'a.b',
    'A',
    '-a',
    'a-',
    'a b',
    'ａ',
    'a\u0000',
    null,
    {},
    ['a'],
  ])('SEC-295 %j is refused when it is added, and nothing is stored', async (id) => {
    const asked = vi.fn<() => undefined>()
    const storage = memory()
    const tenants = createTenants({
      issuer: 'https://{tenant}.example.com',
      storage,
      options: asked,
    })
    await expect(tenants.add(id as string)).rejects.toMatchObject({ code: 'ERR_CONFIG_TENANT_ID' })
    expect([asked.mock.calls, await collect(storage.list(''))]).toEqual([[], []])
    await tenants.close()
  })

  test.each(['a', '0', 'acme-2', 'constructor', 'xn--nxasmq6b', 'a'.repeat(63)])(
    'SEC-295 %s is one',
    async (id) => {
      const tenants = create()
      await tenants.add(id)
      expect((await tenants.get(id))?.issuer).toBe(`http://127.0.0.1:4000/t/${id}`)
      await tenants.close()
    },
  )
})
