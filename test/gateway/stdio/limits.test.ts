import type { Client } from '@modelcontextprotocol/client'
import { expect, onTestFinished, test, vi } from 'vitest'
import { callForJson, isAlive, openStdioWorld, rawServer, SDK_SERVER } from './world.ts'

async function open(...given: Parameters<typeof openStdioWorld>) {
  const world = await openStdioWorld(...given)
  onTestFinished(() => world.close())
  return world
}

async function pidOf(client: Client): Promise<number> {
  const { pid } = await callForJson<{ pid: number }>(client, 'process')
  return pid
}

test('a principal has so many processes: the one that was idle for longest makes room', async () => {
  const world = await open({ ...SDK_SERVER, maxProcessesPerPrincipal: 1 })
  const first = await world.connect('alice', 'auto')
  const firstPid = await pidOf(first)
  const second = await world.connect('alice')
  expect(isAlive(firstPid)).toBe(false)
  // Its stream for events is open: it is in use, and nobody makes room.
  await expect(world.connect('alice')).rejects.toThrow('temporarily_unavailable')
  const others = await world.connect('bob')
  expect(await pidOf(others)).toBeGreaterThan(0)
  await Promise.all([first.close(), second.close(), others.close()])
})

test('all principals together have so many', async () => {
  const world = await open({ ...SDK_SERVER, maxProcesses: 2 })
  const clients = [await world.connect('alice'), await world.connect('bob')]
  await expect(world.connect('carol')).rejects.toThrow('temporarily_unavailable')
  await Promise.all(clients.map((client) => client.close()))
  const carol = await world.connect('carol')
  await carol.close()
})

test('a process that is there for nobody ends', async () => {
  const world = await open({ ...SDK_SERVER, maxIdleSeconds: 1 })
  const client = await world.connect('alice', 'auto')
  const pid = await pidOf(client)
  await expect.poll(() => isAlive(pid)).toBe(false)
  expect(await pidOf(client)).not.toBe(pid)
  await client.close()
})

test('one that listens to nothing is killed when the gateway closes', async () => {
  const world = await openStdioWorld(rawServer('stubborn'))
  const client = await world.connect('alice')
  const startedAt = performance.now()
  await client.close()
  await world.close()
  expect(performance.now() - startedAt).toBeLessThan(8_000)
  expect(world.stderr()).toContain('SIGTERM')
})

test('another policy leaves processes alone, another command ends them', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout'], shouldAdvanceTime: true, advanceTimeDelta: 20 })
  onTestFinished(() => void vi.useRealTimers())
  const world = await open(SDK_SERVER)
  const client = await world.connect('alice', 'auto')
  const pid = await pidOf(client)
  const [route] = world.options.routes
  if (route === undefined) throw new Error('no route')
  await world.gateway.reload({
    ...world.options,
    routes: [{ ...route, policy: { unlisted: 'authenticated' } }],
  })
  expect(await pidOf(client)).toBe(pid)
  await world.gateway.reload({
    ...world.options,
    routes: [{ ...route, upstream: { ...SDK_SERVER, env: { OTHER: 'yes' } } }],
  })
  expect(await pidOf(client)).not.toBe(pid)
  await vi.advanceTimersByTimeAsync(11_000)
  await expect.poll(() => isAlive(pid)).toBe(false)
  await client.close()
})
