import { afterAll, expect, test } from 'vitest'
import { bearer, post } from '../adapters/world.ts'
import { ACCEPT, modernMeta } from '../conformance/eras.ts'
import { openGatewayWorld } from './world.ts'

const NEWER = '2099-01-01'
const world = await openGatewayWorld()
const token = await world.mint()
afterAll(() => world.close())

/** A message of a revision that nobody knows yet. */
function messageOf(method: string): object {
  const params = { _meta: modernMeta({}, NEWER) }
  return { jsonrpc: '2.0', id: 301, method, params }
}

function send(message: unknown, method: string, as = token) {
  world.upstream.seen.length = 0
  const lines = [ACCEPT, ['MCP-Protocol-Version', NEWER], ['Mcp-Method', method]] as const
  return world.send(post(message, bearer(as), ...lines))
}

test('a request of an unknown revision is refused by its own id', async () => {
  const answer = await send(messageOf('tools/list'), 'tools/list')
  expect([answer.status, JSON.parse(answer.body)]).toMatchObject([
    400,
    { id: 301, error: { code: -32_022, data: { requested: NEWER } } },
  ])
  expect(world.upstream.seen).toEqual([])
})

test('which revisions there are is answered by the upstream', async () => {
  const error = { code: -32_022, message: 'no', data: { supported: ['2026-07-28'] } }
  world.upstream.respond = (_seen, response) => {
    response.writeHead(400, { 'content-type': 'application/json' })
    response.end(JSON.stringify({ jsonrpc: '2.0', id: 301, error }))
  }
  const answer = await send(messageOf('server/discover'), 'server/discover')
  expect([answer.status, JSON.parse(answer.body)]).toMatchObject([400, { id: 301, error }])
  expect(world.upstream.seen[0]?.headers['mcp-protocol-version']).toBe(NEWER)
})

test('and not to strangers, nor with anything else beside it', async () => {
  expect((await send(messageOf('server/discover'), 'server/discover', 'nobody')).status).toBe(401)
  const batch = [messageOf('server/discover'), messageOf('tools/list')]
  expect((await send(batch, 'server/discover')).status).toBe(400)
  expect(world.upstream.seen).toEqual([])
})
