import { connect } from 'node:net'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { insufficientScopeFor } from './answers.ts'
import { express4Platform, express5Platform } from './platforms/express.ts'
import { fastifyPlatform } from './platforms/fastify.ts'
import { honoPlatform } from './platforms/hono.ts'
import { bearer, call, openWorld, post, RESOURCE } from './world.ts'

describe('a body parser in front of the gate', async () => {
  const world = await openWorld({
    app: { parser: 'before' },
    platforms: [express5Platform, express4Platform, honoPlatform, fastifyPlatform],
  })
  afterAll(() => world.close())
  beforeEach(() => void world.takeSeen())

  test.each(world.apps)('%s: its body is handed on', async (_name, app) => {
    expect(await app.send(post(call(1), bearer(world.tokens.good)))).toMatchObject({ status: 200 })
    expect(world.takeSeen()).toMatchObject([{ body: call(1), current: { subject: 'alice' } }])
  })

  test.each(world.apps)('%s: its body names the refused request', async (_name, app) => {
    expect(await app.send(post(call(9), bearer(world.tokens.weak)))).toEqual(
      insufficientScopeFor('9'),
    )
  })
})

describe('a body parser behind the gate', async () => {
  const world = await openWorld()
  afterAll(() => world.close())
  beforeEach(() => void world.takeSeen())

  test.each(world.apps)('%s: the body reaches it untouched', async (_name, app) => {
    const body = call(1, 'x'.repeat(90_000))
    await app.send(post(body, bearer(world.tokens.good)))
    expect(world.takeSeen()).toMatchObject([{ body }])
  })

  test.each(world.apps)('%s: nothing is parsed for a caller who is refused', async (_name, app) => {
    const { status, body } = await app.send(post('{ no JSON', bearer(world.tokens.foreign)))
    expect([status, JSON.parse(body).error]).toEqual([401, 'invalid_token'])
  })

  const sockets = world.apps.flatMap(([name, { port }]) =>
    port === undefined ? [] : [[name, port] as const],
  )
  test.each(sockets)('%s: a refusal does not wait for a body without end', async (_name, port) => {
    const head = [
      'POST /mcp HTTP/1.1',
      'Host: localhost',
      `Authorization: Bearer ${world.tokens.weak}`,
      'Content-Type: application/json',
      'Content-Length: 9000000',
    ]
    expect(await firstLine(port, `${head.join('\r\n')}\r\n\r\n"${'x'.repeat(2_000_000)}`)).toBe(
      'HTTP/1.1 403 Forbidden',
    )
  })
})

describe('authenticate', async () => {
  const world = await openWorld({ platforms: [] })
  afterAll(() => world.close())
  const request = (token: string): Request =>
    new Request(RESOURCE, {
      method: 'POST',
      headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
      body: JSON.stringify(call(1)),
    })

  test('a body that was parsed already is handed on, and the request is not read', async () => {
    const admitted = request(world.tokens.good)
    const parsedBody = call(2)
    const admission = await world.gatehouse.authenticate(admitted, { parsedBody })
    expect(admission).toMatchObject({ parsedBody })
    expect(admitted.bodyUsed).toBe(false)
  })

  test('a body that was parsed already names the refused request', async () => {
    const refused = request(world.tokens.weak)
    const answer = await world.gatehouse.authenticate(refused, { parsedBody: call(2) })
    expect(await (answer as Response).text()).toBe(insufficientScopeFor('2').body)
    expect(refused.bodyUsed).toBe(false)
  })

  test('an admitted request can still be read', async () => {
    const admitted = request(world.tokens.good)
    await world.gatehouse.authenticate(admitted)
    expect(await admitted.json()).toEqual(call(1))
  })
})

/** Sends bytes without ever finishing, and resolves with the first line that comes back. */
function firstLine(port: number, bytes: string): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1')
    socket.setTimeout(5_000, () => socket.destroy(new Error('no answer')))
    socket.once('data', (chunk) => {
      socket.destroy()
      resolve(chunk.toString().split('\r\n')[0])
    })
    socket.on('error', reject)
    socket.write(bytes)
  })
}
