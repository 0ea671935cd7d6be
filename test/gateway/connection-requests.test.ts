import { secretService } from 'mcp-gatehouse/connections'
import type { GatewayOptions, RouteConnectionOptions } from 'mcp-gatehouse/gateway'
import { describe, expect, onTestFinished, test } from 'vitest'
import { ownerOfUser } from '../../src/connections/owner.ts'
import { createRequire } from '../../src/connections/tools/index.ts'
import { ask, messageOf, modernMeta } from '../conformance/eras.ts'
import { createWorld } from '../connections/world.ts'
import { openGatewayWorld } from './world.ts'

const SECRET = 'tracker-secret-4711'
const TEMPLATES = { 'x-tracker-site': '{site}', 'x-tracker-key': 'Token {key}' }

/** A gateway whose upstream is given what users have typed in. */
async function start(options: RouteConnectionOptions = { headers: TEMPLATES }) {
  const site = { label: 'Site', type: 'string', required: false } as const
  const tracker = secretService({ title: 'Tracker', fields: { site, key: { label: 'Key' } } })
  const connected = createWorld({ tracker })
  const connections: GatewayOptions['connections'] = {
    ...connected.api,
    ...createRequire(connected.core),
    handler: async () => undefined,
  }
  const world = await openGatewayWorld({
    gateway: { connections },
    route: { connections: { tracker: options } },
  })
  onTestFinished(() => world.close())
  const connect = (fields: Readonly<Record<string, string>>, subject = 'alice') =>
    connected.core.vault.save(ownerOfUser({ issuer: world.issuer.issuer, subject }), 'tracker', {
      kind: 'secret',
      fields,
      account: { id: '1', name: 'one' },
      clientId: undefined,
    })
  return { world, connect, events: connected.events, token: await world.mint({ sub: 'alice' }) }
}

test('what the user has typed in is put into fields, and a field without its value is left out', async () => {
  const { world, connect, events, token } = await start()
  await connect({ key: SECRET })
  expect((await world.send(world.call(token))).status).toBe(200)
  const [seen] = world.upstream.seen
  expect(seen?.headers['x-tracker-key']).toBe(`Token ${SECRET}`)
  expect(seen?.headers).not.toHaveProperty('x-tracker-site')
  expect(JSON.stringify([events, world.events])).not.toContain(SECRET)
})

test('nobody is given the connection of somebody else, nor one that the client names', async () => {
  const { world, connect } = await start()
  await connect({ key: SECRET }, 'bob')
  const { headers = [], ...call } = world.call(await world.mint({ sub: 'alice' }))
  const { body } = await world.send({ ...call, headers: [...headers, ['x-tracker-key', 'mine']] })
  expect(body).toContain('Tracker is not connected yet')
  expect(world.upstream.seen).toEqual([])
})

test('a value that is none of a field is 503, and stands in no message', async () => {
  const { world, connect, token } = await start()
  await connect({ key: `${SECRET}\nx-admin: 1` })
  const { status, body } = await world.send(world.call(token))
  expect(status).toBe(503)
  expect(`${body}${JSON.stringify(world.events)}`).not.toContain(SECRET)
  expect(world.events).toContainEqual(expect.objectContaining({ reason: 'credentials' }))
})

test('a client that acts for itself has no connection', async () => {
  const { world } = await start()
  const token = await world.mint({ sub: undefined, client_id: 'robot' })
  const { body } = await world.send(world.call(token))
  expect(JSON.parse(body)).toMatchObject({ result: { isError: true } })
  expect(world.upstream.seen).toEqual([])
})

test('of a batch one message is the question, and none is run', async () => {
  const { world, token } = await start()
  const params = { name: 'echo', arguments: {} }
  const batch = [1, 2].map((id) => messageOf('2025-03-26', 'tools/call', params, id))
  const request = ask('2025-03-26', token, 'tools/call', params)
  const { body } = await world.send({ ...request, body: JSON.stringify(batch) })
  expect(JSON.parse(body)).toMatchObject([
    { id: 1, result: { isError: true } },
    { id: 2, error: { code: -32_003 } },
  ])
  expect(world.upstream.seen).toEqual([])
})

test('other requests pass without what is not there, and a 401 then asks for it', async () => {
  const { world, token } = await start()
  const list = ask('2025-11-25', token, 'tools/list')
  expect((await world.send(list)).status).toBe(200)
  world.upstream.respond = (_seen, response) => response.writeHead(401).end()
  expect(JSON.parse((await world.send(list)).body)).toMatchObject({
    error: { code: -32_003, message: expect.stringContaining('/connect/tracker') },
  })
})

test('a state that was changed is an error, and that of an upstream is passed on', async () => {
  const { world, connect, token } = await start()
  const meta = modernMeta({ elicitation: { url: {} } })
  const call = (params: object) =>
    world.send(ask('2026-07-28', token, 'tools/call', { name: 'echo', _meta: meta, ...params }))
  const { requestState } = JSON.parse((await call({})).body).result as { requestState: string }
  const forged = await call({ requestState: `${requestState.slice(0, -2)}AA` })
  expect(JSON.parse(forged.body)).toMatchObject({ error: { code: -32_602 } })
  await connect({ key: SECRET })
  const answers = { inputResponses: { tracker: { action: 'accept' } } }
  expect((await call({ requestState, ...answers, arguments: { n: 1.5 } })).body).toContain('error')
  expect((await call({ requestState: 'theirs', ...answers })).status).toBe(200)
  expect(world.upstream.seen.at(-1)?.body).toContain('"requestState":"theirs"')
})

describe('options that contradict each other', () => {
  test.each([
    ['a service that is not there', { other: {} }, 'ERR_CONFIG_SERVICE_UNKNOWN'],
    ['no fields for a secret', { tracker: {} }, 'ERR_CONFIG_OPTION_TYPE'],
    [
      'a value that is not there',
      { tracker: { headers: { a: '{kye}' } } },
      'ERR_CONFIG_OPTION_TYPE',
    ],
    ['a text without a value', { tracker: { headers: { a: 'b' } } }, 'ERR_CONFIG_OPTION_TYPE'],
    ['a field of Node', { tracker: { headers: { host: '{key}' } } }, 'ERR_CONFIG_FORWARDED_HEADER'],
    [
      'the field of the assertion',
      { tracker: { headers: { authorization: '{key}' } } },
      'ERR_CONFIG_OPTIONS_CONFLICT',
    ],
  ])('%s', async (_what, connections, code) => {
    const { world } = await start()
    const [route] = world.options.routes
    const routes = route === undefined ? [] : [{ ...route, connections }]
    await expect(world.gateway.reload({ ...world.options, routes })).rejects.toMatchObject({ code })
  })
})
