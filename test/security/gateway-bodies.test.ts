import { describe, expect, test } from 'vitest'
import { messageOf } from '../conformance/eras.ts'
import { MODERN, READ, sendText, token, world } from './support/messages-gateway.ts'

const CALL_OF = (rest: string) => `{"jsonrpc":"2.0","id":1,"method":"tools/call",${rest}}`

describe('SEC-310 bodies that could be read in two ways', () => {
  test.each([
    ['Method', CALL_OF('"Method":"tools/list","params":{"name":"read"}')],
    ['METHOD', '{"jsonrpc":"2.0","id":1,"method":"tools/list","METHOD":"tools/call"}'],
    ['a method with a zero', '{"jsonrpc":"2.0","id":1,"method":"ping","method\\u0000":"x"}'],
    ['a zero within', '{"jsonrpc":"2.0","id":1,"method":"ping","me\\u0000thod":"x"}'],
    ['paramſ', CALL_OF('"params":{"name":"read"},"param\u017f":{"name":"delete_all"}')],
    ['paramſ, escaped', CALL_OF('"params":{"name":"read"},"param\\u017f":{"name":"x"}')],
    ['Name', CALL_OF('"params":{"name":"read","Name":"delete_all"}')],
    ['a space', CALL_OF('"params":{"name":"read","name ":"delete_all"}')],
    ['fullwidth letters', CALL_OF('"params":{"name":"read","\uff4eame":"delete_all"}')],
    [
      'URI',
      '{"jsonrpc":"2.0","id":1,"method":"resources/read","params":{"uri":"note://1","URI":"note://2"}}',
    ],
    ['in a batch', `[${CALL_OF('"params":{"name":"read","NAME":"delete_all"}')}]`],
    ['a byte order mark', `\ufeff${CALL_OF('"params":{"name":"read"}')}`],
    ['a trailing comma', CALL_OF('"params":{"name":"read"},')],
    ['a comment', CALL_OF('/* a */"params":{"name":"read"}')],
    ['1e400', CALL_OF('"params":{"name":"read","arguments":{"a":1e400}}')],
    ['NaN', CALL_OF('"params":{"name":"read","arguments":{"a":NaN}}')],
    ['nothing', ''],
  ])('SEC-310 %s is 400', async (_what, text) => {
    expect((await sendText(text, [])).status).toBe(400)
    expect(world.upstream.seen).toEqual([])
  })

  test('SEC-310 what is no UTF-8 is 400', async () => {
    const text = CALL_OF('"params":{"name":"read"}')
    const bytes = [
      Buffer.from(text, 'utf16le'),
      Buffer.from(text.replace('read', '\u00ff'), 'latin1'),
    ]
    for (const body of bytes) {
      const answer = await fetch(`http://127.0.0.1:${world.port}/mcp`, {
        method: 'POST',
        body,
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      })
      expect(answer.status).toBe(400)
    }
    expect(world.upstream.seen).toEqual([])
  })

  test.each([
    [
      'two methods',
      '{"jsonrpc":"2.0","id":1,"method":"tools/call","method":"tools/list"}',
      '{"jsonrpc":"2.0","id":1,"method":"tools/list"}',
    ],
    [
      'two names',
      CALL_OF('"params":{"name":"delete_all","name":"read"}'),
      CALL_OF('"params":{"name":"read"}'),
    ],
    [
      'escapes and space',
      CALL_OF(' "params" : { "n\\u0061me" : "re\\u0061d" }'),
      CALL_OF('"params":{"name":"read"}'),
    ],
  ])('SEC-310 of %s the upstream sees what was decided about', async (_what, text, forwarded) => {
    expect((await sendText(text)).status).toBe(200)
    expect(world.upstream.seen[0]?.body).toBe(forwarded)
  })

  test('SEC-310 the last of two names counts, and it is the one that is refused', async () => {
    const text = CALL_OF('"params":{"name":"read","name":"delete_all"}')
    expect((await sendText(text)).status).toBe(403)
    expect(world.upstream.seen).toEqual([])
  })

  test('numbers keep the digits that JavaScript would lose', async () => {
    const args = '{"id":12345678901234567890, "rate":1.0,"tiny":1e-7,"zero":-0}'
    expect((await sendText(CALL_OF(`"params":{"name":"read","arguments":${args}}`))).status).toBe(
      200,
    )
    expect(world.upstream.seen[0]?.body).toContain(args.replace(' ', ''))
  })

  test('a body that says one thing goes on byte by byte', async () => {
    const text = CALL_OF('"params":{"name":"read","arguments":{"text":"größe \\u0001 😀"}}')
    expect((await sendText(text)).status).toBe(200)
    expect(world.upstream.seen[0]?.body).toBe(text)
  })
})

describe('SEC-311 batches', () => {
  const read = messageOf('2025-03-26', 'tools/call', READ, 1)
  const forbidden = messageOf('2025-03-26', 'tools/call', { name: 'delete_all' }, 2)
  const batch = (...messages: readonly unknown[]) => JSON.stringify(messages)

  test.each(['2025-06-18', '2025-11-25', MODERN])('SEC-311 are none of %s', async (revision) => {
    const answer = await sendText(batch(read), [['MCP-Protocol-Version', revision]])
    expect(answer.status).toBe(400)
    expect(world.upstream.seen).toEqual([])
  })

  test.each([
    ['with a call that is forbidden', batch(read, forbidden), 403],
    ['of 51', batch(...Array.from({ length: 51 }, () => read)), 400],
    ['of 1,000', batch(...Array.from({ length: 1_000 }, () => read)), 400],
    ['within a batch', batch([read]), 400],
    ['of nothing', batch(), 400],
  ])('SEC-311 %s are not run, not in part either', async (_what, text, status) => {
    expect((await sendText(text, [])).status).toBe(status)
    expect(world.upstream.seen).toEqual([])
  })

  test('SEC-311 of what is allowed go through in 2025-03-26', async () => {
    world.upstream.respond = (_seen, response) => {
      response.setHeader('content-type', 'application/json')
      response.end('[]')
    }
    expect((await sendText(batch(read, read), [])).status).toBe(200)
  })
})

describe('SEC-312 what nobody knows', () => {
  test.each(['tools/destroy', 'admin/reset', 'TOOLS/CALL', '', 'notifications/evil'])(
    'SEC-312 the method %j is denied, and the event says so',
    async (method) => {
      const id = method.startsWith('notifications/') ? {} : { id: 1 }
      const answer = await sendText(JSON.stringify({ jsonrpc: '2.0', ...id, method }))
      expect(answer.body).not.toContain('result')
      expect(world.upstream.seen).toEqual([])
      expect(world.events).toMatchObject([{ type: 'auth.deny' }])
    },
  )

  test('SEC-312 the notifications that MCP has pass', async () => {
    world.upstream.respond = (_seen, response) => response.writeHead(202).end()
    const text = '{"jsonrpc":"2.0","method":"notifications/initialized"}'
    expect((await sendText(text)).status).toBe(202)
  })
})
