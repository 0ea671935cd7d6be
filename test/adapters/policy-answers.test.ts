import { setTimeout } from 'node:timers/promises'
import { afterAll, describe, expect, test } from 'vitest'
import type { HandlerAnswer } from './platforms/app.ts'
import type { OpenAnswer } from './wire.ts'
import { bearer, openWorld, post } from './world.ts'

const MAX_BYTES = 2_048
const TOOLS = JSON.stringify({
  jsonrpc: '2.0',
  id: 1,
  result: { tools: [{ name: 'seen' }, { name: 'unseen' }] },
})
const SHOWN = '{"jsonrpc":"2.0","id":1,"result":{"tools":[{"name":"seen"}]}}'
const JSON_TYPE = ['Content-Type', 'application/json'] as const
const STREAM = ['Content-Type', 'text/event-stream'] as const

let answer: HandlerAnswer = {}
const world = await openWorld({
  server: { requiredScopes: [], maxBodyBytes: MAX_BYTES, policy: { tools: { seen: [] } } },
  handler: () => answer,
})
afterAll(() => world.close())

const list = () => post({ jsonrpc: '2.0', id: 1, method: 'tools/list' }, bearer(world.tokens.good))
const call = (argument = '') =>
  post(
    {
      jsonrpc: '2.0',
      id: 1,
      method: 'tools/call',
      params: { name: 'seen', arguments: { argument } },
    },
    bearer(world.tokens.good),
  )

describe.each(world.apps)('%s', (_name, app) => {
  test.each([
    ['in JSON', JSON_TYPE, TOOLS, SHOWN],
    ['in a stream', STREAM, `id: 7\ndata: ${TOOLS}\n\n`, `id: 7\ndata: ${SHOWN}\n\n`],
  ])('a list %s shows what the caller may use', async (_form, type, body, expected) => {
    answer = { headers: [type], body }
    expect(await app.send(list())).toMatchObject({ status: 200, body: expected })
  })

  test('a list that arrives by a GET is filtered too', async () => {
    answer = { headers: [STREAM], body: `data: ${TOOLS}\n\n` }
    const replayed = await app.send({ headers: [bearer(world.tokens.good)] })
    expect(replayed).toMatchObject({ status: 200, body: `data: ${SHOWN}\n\n` })
  })

  test.each([
    ['a list', JSON_TYPE, list],
    ['any stream', STREAM, call],
  ])('%s that is compressed cannot be filtered: 502', async (_what, type, request) => {
    answer = { headers: [type, ['Content-Encoding', 'gzip']], body: 'compressed' }
    const { status, headers, body } = await app.send(request())
    expect([status, headers['content-encoding'], JSON.parse(body)]).toEqual([
      502,
      undefined,
      {
        error: 'bad_gateway',
        error_description: 'The MCP server compressed an answer that has to be filtered.',
      },
    ])
    expect(world.takeEvents().map((event) => event.type)).toContain('auth.deny')
  })

  test('the answer of a call is left alone, whatever its size', async () => {
    answer = { headers: [JSON_TYPE], body: JSON.stringify({ tools: 'x'.repeat(2 * MAX_BYTES) }) }
    const { status, body } = await app.send(call())
    expect([status, body]).toEqual([200, answer.body])
  })

  test('a stream ends at an event that is too large to look into', async () => {
    async function* events(): AsyncGenerator<string> {
      yield 'data: first\n\n'
      await setTimeout(50)
      yield `data: {"tools":"${'x'.repeat(2 * MAX_BYTES)}"}\n\n`
      yield 'data: last\n\n'
    }
    answer = { headers: [STREAM], body: events() }
    const read = await readAll(await app.open(call()))
    expect(read).toContain('data: first\n\n')
    expect(read).not.toContain('xxx')
    expect(read).not.toContain('last')
  })

  test('a larger body is 413, and the handler is not run', async () => {
    answer = { body: 'handled' }
    world.takeSeen()
    const { status, body } = await app.send(call('x'.repeat(MAX_BYTES)))
    expect([status, JSON.parse(body).error_description]).toEqual([
      413,
      'The body is larger than 2048 bytes.',
    ])
    expect(world.takeSeen()).toEqual([])
    expect((await app.send(call('x'.repeat(MAX_BYTES / 2)))).body).toBe('handled')
  })
})

/** What arrives until the stream ends, in whichever way. */
async function readAll({ body }: OpenAnswer): Promise<string> {
  const decoder = new TextDecoder()
  let text = ''
  try {
    for await (const chunk of body) text += decoder.decode(chunk, { stream: true })
  } catch {
    // It was cut off.
  }
  return text
}
