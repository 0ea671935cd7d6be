import { memory } from 'mcp-gatehouse/storage'
import { createTenants, type TenantOptions } from 'mcp-gatehouse/tenants'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { callMcp, startTenants } from './world.ts'

describe('options that are refused before any are in force', () => {
  async function startRefused() {
    const storage = memory()
    const world = await startTenants({ storages: [storage] })
    const before = world.options.get('acme') as TenantOptions
    const read = vi.fn<() => TenantOptions | undefined>(() => world.options.get('acme'))
    const next = createTenants({
      issuer: `${world.address}/t/{tenant}`,
      storage,
      options: read,
      allowInsecureLoopback: true,
      clock: world.clock,
      onEvent: (event, tenant) => void world.events.push({ event, tenant }),
    })
    onTestFinished(() => next.close())
    return { ...world, before, read, next }
  }

  test('strangers do not have them read, or events written, with each request', async () => {
    const { before, clock, events, next, options, read, resourceOf } = await startRefused()
    options.set('acme', { ...before, users: undefined })
    const ask = async (): Promise<number> => {
      const serve = next.resourceServer.protect(() => new Response('in'))
      return (await serve(new Request(resourceOf('acme')))).status
    }
    for (let request = 0; request < 10; request += 1) expect(await ask()).toBe(503)
    expect(read).toHaveBeenCalledTimes(1)
    const refusals = events.filter(({ event }) => event.type === 'tenant.options_refused')
    expect(refusals).toHaveLength(1)
    // What was mended is found by the time that the answer says, and at once where it is reloaded.
    options.set('acme', before)
    expect(await ask()).toBe(503)
    clock.pass(5)
    expect(await ask()).toBe(401)
  })

  test.each([
    ['null, as databases say it', null, 'ERR_CONFIG_TENANT_UNKNOWN'],
    ['a text', 'acme', 'ERR_CONFIG_OPTION_TYPE'],
  ])('%s is a mistake with a name', async (_title, given, code) => {
    const { next, read } = await startRefused()
    read.mockReturnValue(given as never)
    await expect(next.get('acme')).rejects.toMatchObject({ code })
  })

  test('so is a look-up of revocations that is none, before it would refuse every request', async () => {
    const { before, next, read, resourceOf } = await startRefused()
    const gate = { isRevoked: 'never' as never }
    read.mockReturnValue({ ...before, resourceServers: { [resourceOf('acme')]: gate } })
    await expect(next.get('acme')).rejects.toMatchObject({ code: 'ERR_CONFIG_OPTION_TYPE' })
  })
})

test('SEC-293 options that are reloaded once more, because they were wrong, are not waited for', async () => {
  const storage = memory()
  const world = await startTenants({ storages: [storage, storage] })
  const {
    replicas: [first, second],
    options,
    clock,
    events,
    resourceOf,
  } = world
  await second?.get('acme')
  const before = options.get('acme') as TenantOptions
  await first.reload('acme')
  options.delete('acme')
  clock.pass(6)
  world.answers = 1
  const status = async () => (await callMcp(resourceOf('acme'), 'x')).status
  expect(await status()).toBe(401)
  const types = () => events.map(({ event }) => event.type)
  await expect.poll(types).toContain('tenant.options_refused')
  options.set('acme', { ...before, resourceServers: {} })
  await first.reload('acme')
  clock.pass(6)
  const read = vi.spyOn(options, 'get')
  expect(await status()).toBe(401)
  expect(read).toHaveBeenCalledWith('acme')
  await expect.poll(status).toBe(404)
})
