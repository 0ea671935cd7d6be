import { afterAll, expect, test } from 'vitest'
import type { WireRequest } from '../adapters/wire.ts'
import { bearer, post } from '../adapters/world.ts'
import { ACCEPT, ask, ERAS, linesOf, messageOf, modernMeta } from '../conformance/eras.ts'
import { everywhere, takeReasons } from './cases.ts'
import { challengedScope, errorCode, openAuthzWorld } from './support/authz-world.ts'

const { world, mint } = await openAuthzWorld()
afterAll(() => world.close())

const WRITE = { name: 'write_note', arguments: { text: 'x' } }
const CALL = messageOf('2025-11-25', 'tools/call', WRITE, 1)
const READ = messageOf('2025-11-25', 'tools/call', { name: 'read_note' }, 2)
const NOTIFICATION = messageOf('2025-11-25', 'tools/call', WRITE)
const MODERN = messageOf('2026-07-28', 'tools/call', WRITE, 1)
const MODERN_LINES = linesOf('2026-07-28', 'tools/call', WRITE)
const ENCODED_NAME = `=?base64?${Buffer.from('write_note').toString('base64')}?=`

type Form = (token: string) => WireRequest
type Forms = readonly (readonly [what: string, form: Form])[]

/** The same call in every form that a server somewhere understands. */
const SAME_CALL: Forms = [
  ['2024-11-05', (token) => at('/messages?sessionId=s-1', post(CALL, bearer(token)))],
  [
    '2024-11-05, named',
    (token) => at('/messages', post(CALL, bearer(token), ['MCP-Protocol-Version', '2024-11-05'])),
  ],
  ...ERAS.flatMap(
    (era): Forms =>
      [
        ACCEPT,
        ['Accept', 'text/event-stream'] as const,
        ['Accept', 'application/json'] as const,
      ].map((accept) => [
        `${era}, ${accept[1]}`,
        (token) =>
          post(
            messageOf(era, 'tools/call', WRITE, 1),
            bearer(token),
            accept,
            ...linesOf(era, 'tools/call', WRITE),
          ),
      ]),
  ),
  ...ERAS.map((era): Forms[number] => [
    `${era}, a notification`,
    (token) =>
      post(
        messageOf(era, 'tools/call', WRITE),
        bearer(token),
        ...linesOf(era, 'tools/call', WRITE),
      ),
  ]),
  ['a batch', (token) => post([READ, CALL], bearer(token))],
  ['a batch that begins with it', (token) => post([CALL, READ], bearer(token))],
  ['a batch of one', (token) => post([CALL], bearer(token))],
  ['a batch with it as a notification', (token) => post([READ, NOTIFICATION], bearer(token))],
  [
    'a batch of 2025-11-25, which has none',
    (token) => post([READ, CALL], bearer(token), ['MCP-Protocol-Version', '2025-11-25']),
  ],
  [
    'beside an answer to sampling',
    (token) => post([{ jsonrpc: '2.0', id: 9, result: { role: 'user' } }, CALL], bearer(token)),
  ],
  [
    'as a task of 2025-11-25',
    (token) => ask('2025-11-25', token, 'tools/call', { ...WRITE, task: { ttl: 60_000 } }),
  ],
  [
    'by a client of 2026-07-28 that takes tasks',
    (token) => {
      const extensions = { 'io.modelcontextprotocol/tasks': {} }
      const params = { ...WRITE, _meta: modernMeta({ extensions }) }
      return ask('2026-07-28', token, 'tools/call', params)
    },
  ],
  [
    'with answers to what the server asked (2026-07-28)',
    (token) => {
      const params = { ...WRITE, inputResponses: {}, requestState: 'sealed' }
      return ask('2026-07-28', token, 'tools/call', params)
    },
  ],
  [
    'with an encoded Mcp-Name',
    (token) => {
      const lines = MODERN_LINES.map(([name, value]) =>
        name === 'Mcp-Name' ? ([name, ENCODED_NAME] as const) : ([name, value] as const),
      )
      return post(MODERN, bearer(token), ...lines)
    },
  ],
  [
    'with mirrors of another name, which mean nothing in 2025-11-25',
    (token) =>
      post(
        CALL,
        bearer(token),
        ['MCP-Protocol-Version', '2025-11-25'],
        ['Mcp-Method', 'ping'],
        ['Mcp-Name', 'read_note'],
      ),
  ],
  ['by PUT', (token) => ({ ...post(CALL, bearer(token)), method: 'PUT' })],
  ['by PATCH', (token) => ({ ...post(CALL, bearer(token)), method: 'PATCH' })],
  [
    'as a POST that asks to be a GET',
    (token) => post(CALL, bearer(token), ['X-HTTP-Method-Override', 'GET']),
  ],
  [
    'twice named, the last of which counts',
    (token) =>
      post(
        JSON.stringify(CALL).replace('"params":', '"params":{"name":"read_note"},"params":'),
        bearer(token),
      ),
  ],
]

/** Forms that are no valid call of anything; they are no way around either. */
const NO_CALL: readonly (readonly [what: string, code: unknown, form: Form])[] = [
  ...(
    [
      ['Mcp-Name', 'read_note'],
      ['Mcp-Name', `=?base64?${Buffer.from('read_note').toString('base64')}?=`],
      ['Mcp-Name', '=?base64?%%%?='],
      ['Mcp-Method', 'ping'],
      ['MCP-Protocol-Version', '2025-11-25'],
    ] as const
  ).map(
    ([field, value]) =>
      [
        `${field}: ${value} beside another body`,
        -32_020,
        (token: string) => {
          const others = MODERN_LINES.filter(([name]) => name !== field)
          return post(MODERN, bearer(token), ...others, [field, value])
        },
      ] as const,
  ),
  [
    'two lines of Mcp-Name',
    -32_020,
    (token) => post(MODERN, bearer(token), ...MODERN_LINES, ['Mcp-Name', 'read_note']),
  ],
  ['no mirrors at all', -32_020, (token) => post(MODERN, bearer(token))],
  [
    'a call in the guise of an answer',
    -32_600,
    (token) => post({ ...CALL, result: {} }, bearer(token)),
  ],
  ['another JSON-RPC', -32_600, (token) => post({ ...CALL, jsonrpc: '1.0' }, bearer(token))],
  ['a batch in a batch', -32_600, (token) => post([[CALL]], bearer(token))],
  ['a batch of 2026-07-28', -32_600, (token) => post([MODERN], bearer(token), ...MODERN_LINES)],
  ['a name that is a list', -32_602, (token) => withName(['write_note'], token)],
  ['a name that is an object', -32_602, (token) => withName({ toString: 'write_note' }, token)],
  [
    'a body that is compressed',
    -32_700,
    (token) => post('\u001F\u008B', bearer(token), ['Content-Encoding', 'gzip']),
  ],
]

test.each(world.apps)(
  'SEC-322 the same call in every form is the same 403 (%s)',
  everywhere(world, async (app) => {
    for (const [what, form] of SAME_CALL) {
      const answer = await app.send(form(await mint('notes:read')))
      const needed = challengedScope(answer)
        ?.split(' ')
        .filter((scope) => scope !== 'notes:read')
      expect([what, needed]).toEqual([what, ['notes:write', 'notes:share']])
      expect([what, takeReasons(world)]).toEqual([what, ['scope']])
    }
    expect(world.takeSeen()).toEqual([])
  }),
)

test.each(world.apps)(
  'SEC-322 a form that two readers could read differently reaches none (%s)',
  everywhere(world, async (app, platform) => {
    for (const [what, code, form] of NO_CALL) {
      const answer = await app.send(form(await mint('notes:read notes:write notes:share')))
      expect([what, answer.status, errorCode(answer)]).toEqual([what, 400, code])
    }
    expect([platform, world.takeSeen()]).toEqual([platform, []])
  }),
)

test.each(world.apps)(
  'SEC-322 another spelling of the name is another tool (%s)',
  everywhere(world, async (app) => {
    const token = await mint('notes:read notes:write notes:share')
    const names = [
      'Write_Note',
      'write_note ',
      'write_note\0',
      'ｗrite_note',
      'notes/write_note',
      '__proto__',
      'constructor',
      '',
    ]
    for (const name of names) {
      const answer = await app.send(ask('2025-11-25', token, 'tools/call', { name }))
      expect([name, answer.status, errorCode(answer)]).toEqual([name, 200, -32_602])
    }
    expect(world.takeSeen()).toEqual([])
  }),
)

function at(target: string, request: WireRequest): WireRequest {
  return { ...request, target }
}

function withName(name: unknown, token: string): WireRequest {
  return post(messageOf('2025-11-25', 'tools/call', { name }, 1), bearer(token))
}
