import { classifyInboundRequest } from '@modelcontextprotocol/server'
import { describe, expect, test } from 'vitest'
import {
  createdTaskIdOf,
  createMirroredParameters,
  listResultOf,
  readMessages,
  requestIdOf,
  taskIdsOf,
  taskListOf,
  updatedResourceOf,
} from '../../src/mcp/index.ts'
import { spellingsOf } from '../../src/mcp/resource-uri.ts'
import { expectPristinePrototype } from '../security/support/token-gate.ts'
import { encoded, REVISION, REVISION_KEY } from '../unit/mcp/messages.ts'
import * as fc from './fast-check.ts'
import { RUNS } from './runs.ts'

const NAMES = ['add', '__proto__', 'constructor', '', 'größe', '\uD800', '=?base64?YQ==?=', 'a, b']
const METHODS = [
  'tools/call',
  'tools/list',
  'prompts/get',
  'resources/read',
  'completion/complete',
  'subscriptions/listen',
  'tasks/get',
  'initialize',
  'notifications/x',
  '__proto__',
]
const anyJson = fc.jsonValue({ maxDepth: 4 })
const name = fc.oneof(fc.constantFrom(...NAMES), fc.string({ unit: 'binary' }))
const uri = fc.oneof(
  fc.webUrl(),
  fc
    .array(
      fc.constantFrom('file:', '/', '..', '.', '%2e', '%25', '2e', '%5c', '\\', 'a', '?', '#', ' '),
    )
    .map((parts) => parts.join('')),
)
const revision = fc.constantFrom(REVISION, '2025-11-25', '2027-01-01', '', 7, null)
const maybe = <Value>(value: fc.Arbitrary<Value>) =>
  fc.oneof({ weight: 4, arbitrary: value }, { weight: 1, arbitrary: anyJson })

const params = fc.record(
  {
    name: maybe(name),
    uri: maybe(uri),
    taskId: maybe(name),
    arguments: maybe(fc.dictionary(name, anyJson)),
    ref: maybe(fc.record({ type: fc.constantFrom('ref/prompt', 'ref/resource'), name, uri })),
    notifications: maybe(fc.record({ resourceSubscriptions: maybe(fc.array(uri)) })),
    _meta: maybe(fc.record({ [REVISION_KEY]: revision }, { requiredKeys: [] })),
  },
  { requiredKeys: [] },
)
const message = fc.record(
  {
    jsonrpc: fc.constantFrom('2.0', '2.0', '2.0', '1.0', 2),
    id: fc.oneof(fc.integer(), fc.constantFrom('a', null, 1.5)),
    method: maybe(fc.constantFrom(...METHODS)),
    params: maybe(params),
    result: maybe(
      fc.record({ tools: anyJson, tasks: anyJson, task: anyJson }, { requiredKeys: [] }),
    ),
    error: anyJson,
  },
  { requiredKeys: ['jsonrpc'] },
)
// Parsed again, so that a name like `__proto__` is an own member as in every body.
const body = fc
  .oneof(anyJson, message, message, fc.array(message, { maxLength: 4 }))
  .map((value) => JSON.parse(JSON.stringify(value)) as unknown)

const lines = (value: fc.Arbitrary<string>) => fc.array(value, { maxLength: 2 })
const fields = fc.record({
  'mcp-protocol-version': lines(
    fc.constantFrom(REVISION, REVISION, '2025-11-25', 'x', ' 2026-07-28'),
  ),
  'mcp-method': lines(fc.constantFrom(...METHODS)),
  'mcp-name': lines(fc.oneof(name, name.map(encoded), fc.string())),
})
const readerOf = (values: Readonly<Record<string, readonly string[]>>) => (field: string) =>
  values[field] ?? []

describe('readMessages', () => {
  test('gives a value for every body and every header', () => {
    fc.assert(
      fc.property(body, fields, (value, values) => {
        const read = readMessages(value, readerOf(values))
        const fault = 'code' in read ? read : undefined
        expect([undefined, -32_600, -32_602, -32_020]).toContain(fault?.code)
        expect([undefined, requestIdOf(value)]).toContain(fault?.requestId)
        const operations = 'code' in read ? [] : read.operations
        for (const { kind, method, name: named, args } of operations) {
          expect(['tool', 'resource', 'prompt', 'method']).toContain(kind)
          expect([typeof method, typeof named, typeof args]).toEqual(['string', 'string', 'object'])
        }
      }),
      RUNS,
    )
    expectPristinePrototype()
  })

  test('no call runs that was not read: the official server sees the same in each message', () => {
    fc.assert(
      fc.property(message, fields, (value, values) => {
        const parsed: unknown = JSON.parse(JSON.stringify(value))
        const read = readMessages(parsed, readerOf(values))
        const header = (field: keyof typeof values) => values[field].join(', ') || undefined
        const version = header('mcp-protocol-version')
        const route = classifyInboundRequest({
          httpMethod: 'POST',
          body: parsed,
          ...(version !== undefined && { protocolVersionHeader: version }),
        })
        if ('code' in read || route.kind === 'reject') return
        const { method, id } = parsed as { method?: string; id?: string | number }
        expect(read.revision !== undefined).toBe(
          route.kind === 'modern' && route.classification.era === 'modern',
        )
        // What has a method is an operation, whatever else the body looks like.
        expect(read.operations.length > 0).toBe(method !== undefined)
        for (const operation of read.operations) {
          expect([operation.method, operation.requestId]).toEqual([method, id])
        }
      }),
      RUNS,
    )
  })

  test('what the body names decides, whatever the header says', () => {
    fc.assert(
      fc.property(name, fields, fc.boolean(), (named, values, isModern) => {
        const meta = isModern ? { _meta: { [REVISION_KEY]: REVISION } } : {}
        const call = {
          jsonrpc: '2.0',
          id: 1,
          method: 'tools/call',
          params: { name: named, ...meta },
        }
        const read = readMessages(call, readerOf(values))
        if ('code' in read) return
        expect(read.operations.map((operation) => operation.name)).toEqual([named])
      }),
      RUNS,
    )
  })
})

describe('spellingsOf', () => {
  test('no path that is accepted leads out of its folder, however it is decoded', () => {
    fc.assert(
      fc.property(uri, (text) => {
        const spellings = spellingsOf(text)
        if (spellings === undefined) return
        expect(spellings[0]).toBe(text)
        expect(spellings).toContain(new URL(text).href)
        let path = text.slice(text.indexOf(':') + 1).split(/[?#]/)[0] ?? ''
        for (let round = 0; round < 6; round += 1) {
          expect(path).not.toMatch(/(?:^|[\\/])\.\.?(?:$|[\\/?#])/)
          path = path.replace(/%([0-9a-f]{2})/gi, (_all, hex: string) =>
            String.fromCharCode(Number.parseInt(hex, 16)),
          )
        }
      }),
      RUNS,
    )
  })
})

describe('what a server sends', () => {
  test('is read without throwing, and lists keep what is not filtered', () => {
    fc.assert(
      fc.property(body, (value) => {
        taskIdsOf(value)
        createdTaskIdOf(value)
        updatedResourceOf(value)
        for (const list of [listResultOf(value), taskListOf(value)]) {
          if (list === undefined) continue
          for (const item of list.items) list.nameOf(item)
          expect(list.withItems([...list.items])).toEqual(value)
        }
      }),
      RUNS,
    )
  })

  test('teaches about parameters without throwing', () => {
    const annotation = fc.constantFrom('A', 'a', 'b', '', 7)
    const { schema } = fc.letrec<{ schema: unknown }>((tie) => ({
      schema: fc.oneof(
        { maxDepth: 4 },
        anyJson,
        fc.record(
          {
            type: fc.constantFrom('string', 'object', 'integer', 'number', 'boolean'),
            'x-mcp-header': annotation,
            properties: fc.dictionary(fc.constantFrom(...NAMES), tie('schema'), { maxKeys: 3 }),
          },
          { requiredKeys: ['properties'] },
        ),
      ),
    }))
    fc.assert(
      fc.property(
        schema,
        fc.dictionary(name, anyJson, { maxKeys: 3 }),
        fields,
        (inputSchema, args, values) => {
          const parameters = createMirroredParameters()
          parameters.learn([JSON.parse(JSON.stringify({ name: 'add', inputSchema }))])
          const operation = {
            kind: 'tool',
            method: 'tools/call',
            name: 'add',
            args,
            requestId: 1,
          } as const
          const messages = { revision: REVISION, isBatch: false, operations: [operation] }
          const fault = parameters.check(messages, readerOf(values))
          expect([undefined, -32_020]).toContain(fault?.code)
        },
      ),
      RUNS,
    )
    expectPristinePrototype()
  })
})

test('large and deep bodies take time in proportion to their length', () => {
  const deep: unknown = JSON.parse(`${'['.repeat(50_000)}${']'.repeat(50_000)}`)
  const long = 'a'.repeat(2_000_000)
  const bodies = [
    deep,
    { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: long, arguments: { deep } } },
    { jsonrpc: '2.0', id: long, method: long, params: deep },
    {
      jsonrpc: '2.0',
      id: 1,
      method: 'resources/read',
      params: { uri: `x:${'%25'.repeat(500_000)}` },
    },
    Array.from({ length: 10_000 }, () => deep),
  ]
  const values = { 'mcp-name': [`${' '.repeat(100_000)}x`, long], 'mcp-method': [encoded(long)] }
  for (const value of bodies) {
    const before = process.threadCpuUsage()
    readMessages(value, readerOf(values))
    expect(process.threadCpuUsage(before).user / 1_000).toBeLessThan(200)
  }
})
