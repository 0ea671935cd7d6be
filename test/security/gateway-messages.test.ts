import { describe, expect, test } from 'vitest'
import type { WireRequest } from '../adapters/wire.ts'
import { bearer } from '../adapters/world.ts'
import { ask, linesOf, messageOf, modernMeta } from '../conformance/eras.ts'
import { ECHO } from '../gateway/raw-upstream.ts'
import {
  jsonLines,
  type Lines,
  MODERN,
  READ,
  sendText,
  token,
  world,
} from './support/messages-gateway.ts'

/** A modern call of `read` whose header says something else. */
function modernCall(change: (lines: Lines) => Lines, params: object = READ): WireRequest {
  const lines = change(linesOf(MODERN, 'tools/call', READ))
  const body = JSON.stringify(messageOf(MODERN, 'tools/call', { ...params }, 1))
  return { method: 'POST', headers: jsonLines(lines), body }
}

const without = (name: string) => (lines: Lines) => lines.filter(([field]) => field !== name)
const replaced = (name: string, value: string) => (lines: Lines) =>
  lines.map(([field, old]) => [field, field === name ? value : old] as const)
const twice = (name: string) => (lines: Lines) => [
  ...lines,
  ...lines.filter(([field]) => field === name),
]

describe('SEC-307 header and body', () => {
  test.each([
    ['another method', replaced('Mcp-Method', 'tools/list')],
    ['the method in capitals', replaced('Mcp-Method', 'Tools/Call')],
    ['no method', without('Mcp-Method')],
    ['two methods', twice('Mcp-Method')],
    ['another name', replaced('Mcp-Name', 'delete_all')],
    ['the name in capitals', replaced('Mcp-Name', 'READ')],
    ['no name', without('Mcp-Name')],
    ['two names', twice('Mcp-Name')],
  ])('SEC-307 that disagree are 400 −32020: %s', async (_what, change) => {
    const answer = await world.send(modernCall(change))
    expect([answer.status, JSON.parse(answer.body)]).toMatchObject([
      400,
      { error: { code: -32_020 } },
    ])
    expect(world.upstream.seen).toEqual([])
  })

  test('SEC-307 the policy goes by the body, whatever the header of an old revision says', async () => {
    const forbidden = { name: 'delete_all', arguments: {} }
    const lines: Lines = [
      ['Mcp-Method', 'tools/call'],
      ['Mcp-Name', 'read'],
    ]
    const answer = await world.send(
      ask('2025-11-25', token, 'tools/call', forbidden, { id: 1, lines }),
    )
    expect(answer.status).toBe(403)
    expect(world.upstream.seen).toEqual([])
  })

  test('SEC-307 an argument that is mirrored has to be the one of the body', async () => {
    const schema = {
      type: 'object',
      properties: { region: { type: 'string', 'x-mcp-header': 'Region' } },
    }
    world.upstream.respond = (_seen, response) => {
      response.setHeader('content-type', 'application/json')
      const tools = [{ name: 'read', inputSchema: schema }]
      response.end(JSON.stringify({ jsonrpc: '2.0', id: 1, result: { tools } }))
    }
    await world.send(ask(MODERN, token, 'tools/list'))
    const params = { name: 'read', arguments: { region: 'eu' } }
    const call = (region: string) =>
      modernCall((lines) => [...lines, ['Mcp-Param-Region', region]], params)
    expect((await world.send(call('us'))).status).toBe(400)
    expect((await world.send(call('eu'))).status).toBe(200)
    expect(world.upstream.seen.at(-1)?.headers['mcp-param-region']).toBe('eu')
  })
})

describe('SEC-308 encoded names', () => {
  const base64 = Buffer.from('read').toString('base64')
  test.each([
    ['no base64', '=?base64?!!!?='],
    ['stray bits', '=?base64?cmVhZB==?='],
    ['encoded twice', `=?base64?${Buffer.from(`=?base64?${base64}?=`).toString('base64')}?=`],
    ['another case', `=?BASE64?${base64}?=`],
    ['the alphabet of URLs', '=?base64?-_-_?='],
    ['no UTF-8', `=?base64?${Buffer.from([0xff, 0xfe]).toString('base64')}?=`],
    ['of another name', `=?base64?${Buffer.from('delete_all').toString('base64')}?=`],
  ])('SEC-308 %s is 400', async (_what, value) => {
    const answer = await world.send(modernCall(replaced('Mcp-Name', value)))
    expect([answer.status, JSON.parse(answer.body)]).toMatchObject([
      400,
      { error: { code: -32_020 } },
    ])
    expect(world.upstream.seen).toEqual([])
  })

  test('SEC-308 the right one is decoded once, and goes on as it came', async () => {
    const value = `=?base64?${base64}?=`
    expect((await world.send(modernCall(replaced('Mcp-Name', value)))).status).toBe(200)
    expect(world.upstream.seen[0]?.headers['mcp-name']).toBe(value)
  })
})

describe('SEC-309 RS-21 revisions', () => {
  test.each(['2027-01-01', '1999-01-01', 'draft', '2026-07-28, 2025-11-25', '2026-7-28'])(
    'SEC-309 RS-21 %s is 400: nobody knows its rules',
    async (revision) => {
      const text = JSON.stringify(messageOf('2025-11-25', 'tools/list', {}, 1))
      const answer = await sendText(text, [['MCP-Protocol-Version', revision]])
      expect([answer.status, JSON.parse(answer.body)]).toMatchObject([
        400,
        { error: { code: -32_022, data: { supported: expect.arrayContaining([MODERN]) } } },
      ])
      expect(world.upstream.seen).toEqual([])
    },
  )

  test.each([
    ['absent', without('MCP-Protocol-Version')],
    ['older', replaced('MCP-Protocol-Version', '2025-11-25')],
    ['twice', twice('MCP-Protocol-Version')],
  ])('SEC-309 RS-21 a header that is %s beside a modern body is 400', async (_what, change) => {
    expect((await world.send(modernCall(change))).status).toBe(400)
    expect(world.upstream.seen).toEqual([])
  })

  test('SEC-309 a modern header over an old body is 400', async () => {
    const text = JSON.stringify(messageOf('2025-11-25', 'tools/list', {}, 1))
    const answer = await sendText(text, [['MCP-Protocol-Version', MODERN]])
    expect(answer.status).toBe(400)
    expect(world.upstream.seen).toEqual([])
  })

  test('RS-21 mirrored fields of a request without a revision decide nothing', async () => {
    const text = JSON.stringify(messageOf('2025-11-25', 'tools/call', { name: 'delete_all' }, 1))
    const answer = await sendText(text, [
      ['Mcp-Method', 'tools/list'],
      ['Mcp-Name', 'read'],
    ])
    expect(answer.status).toBe(403)
  })
})

describe('SEC-318 sessions, where there are none', () => {
  test.each(['GET', 'DELETE'])('SEC-318 %s of 2026-07-28 is 405', async (method) => {
    const headers = [bearer(token), ['MCP-Protocol-Version', MODERN]] as const
    const answer = await world.send({ method, headers })
    expect([answer.status, answer.headers['allow']]).toEqual([405, 'POST'])
    expect(world.upstream.seen).toEqual([])
  })

  test('SEC-318 their fields are ignored, and never echoed', async () => {
    world.upstream.respond = (seen, response) => {
      response.setHeader('mcp-session-id', 'of-the-upstream')
      return ECHO(seen, response)
    }
    const lines: Lines = [
      ['Mcp-Session-Id', 'of-somebody'],
      ['Last-Event-ID', '7'],
    ]
    const answer = await world.send(ask(MODERN, token, 'tools/call', READ, { id: 1, lines }))
    expect(answer.status).toBe(200)
    expect(answer.headers['mcp-session-id']).toBeUndefined()
    expect(world.upstream.seen[0]?.headers).not.toHaveProperty('mcp-session-id')
    expect(world.upstream.seen[0]?.headers).not.toHaveProperty('last-event-id')
    expect(modernMeta()).toBeDefined()
  })

  test('methods that MCP does not have are 405', async () => {
    for (const method of ['PUT', 'PATCH', 'TRACE', 'HEAD']) {
      expect((await world.send({ method, headers: [bearer(token)] })).status).toBe(405)
    }
  })
})

describe('RS-23 lists', () => {
  test('RS-23 are filtered for the caller, and nobody else may keep them', async () => {
    const tools = ['read', 'delete_all', 'unlisted'].map((name) => ({ name, inputSchema: {} }))
    world.upstream.respond = (_seen, response) => {
      response.setHeader('content-type', 'application/json')
      const result = { tools, resultType: 'complete', ttlMs: 60_000, cacheScope: 'public' }
      response.end(JSON.stringify({ jsonrpc: '2.0', id: 1, result }))
    }
    const listOf = async (bearerToken: string) => {
      const answer = await world.send(ask(MODERN, bearerToken, 'tools/list'))
      const { result } = JSON.parse(answer.body) as {
        result: { tools: { name: string }[]; cacheScope: string }
      }
      return [result.tools.map(({ name }) => name), result.cacheScope]
    }
    expect(await listOf(token)).toEqual([['read'], 'private'])
    const admin = await world.mint({ sub: 'root', scope: 'admin' })
    expect(await listOf(admin)).toEqual([['read', 'delete_all'], 'private'])
  })
})
