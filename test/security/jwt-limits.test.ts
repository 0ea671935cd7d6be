import { once } from 'node:events'
import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { protect } from 'mcp-gatehouse/node'
import { describe, expect, onTestFinished, test } from 'vitest'
import { parseStrictObject } from '../../src/verifiers/strict-json.ts'
import { startTokenGate, type TokenGate } from './support/token-gate.ts'

const MAX_TOKEN_CHARACTERS = 8_192

/** A good token of exactly this length. */
function tokenOfLength(gate: TokenGate, length: number): string {
  for (let header = 0; header < 4; header += 1) {
    for (let claims = Math.floor(length * 0.75); claims > 0; claims -= 1) {
      const token = gate.token({ pad: 'x'.repeat(claims) }, { pad: 'x'.repeat(header) })
      if (token.length === length) return token
      if (token.length < length) break
    }
  }
  throw new Error(`tokenOfLength: ${length}`)
}

describe('SEC-029 a long token is refused before anything is decoded', () => {
  test('SEC-029 8 KiB is the longest that is read', async () => {
    const gate = await startTokenGate()
    const longest = tokenOfLength(gate, MAX_TOKEN_CHARACTERS)
    expect(await gate.ask(longest)).toEqual(gate.admitted())
  })

  test.each([
    [
      'a good token of 8 KiB + 1',
      (gate: TokenGate) => tokenOfLength(gate, MAX_TOKEN_CHARACTERS + 1),
    ],
    ['a good token of 15 KiB', (gate: TokenGate) => tokenOfLength(gate, 15 * 1_024)],
    ['8 KiB + 1 of one letter', () => 'A'.repeat(MAX_TOKEN_CHARACTERS + 1)],
    ['8 KiB + 1 of dots', () => '.'.repeat(MAX_TOKEN_CHARACTERS + 1)],
    ['15 KiB of padding', () => `A${'='.repeat(15 * 1_024)}`],
    ['1 MiB', () => 'A.'.repeat(524_288)],
  ])('SEC-029 %s', async (_name, tokenOf) => {
    const gate = await startTokenGate()
    const token = tokenOf(gate)
    expect(await gate.ask(token)).toEqual(gate.refused('size'))
    expect(gate.issuer.requests).toEqual([])
  })

  test('SEC-029 node:http answers 431 to a header block above 16 KiB, and 401 below', async () => {
    const gate = await startTokenGate({ resource: 'http://127.0.0.1/mcp' })
    let runs = 0
    const server = createServer(
      protect(gate.gatehouse, (_request, response) => {
        runs += 1
        response.end()
      }),
    ).listen(0, '127.0.0.1')
    onTestFinished(() => void server.close())
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    const statusOf = async (length: number): Promise<number | undefined> => {
      const headers = { authorization: `Bearer ${'A'.repeat(length)}` }
      const outgoing = request({ port, path: '/mcp', headers, agent: false }).end()
      const [answer] = await once(outgoing, 'response')
      answer.resume()
      return answer.statusCode
    }
    expect(await statusOf(17 * 1_024)).toBe(431)
    expect(gate.events).toEqual([])
    expect(await statusOf(15 * 1_024)).toBe(401)
    expect(gate.events).toEqual([expect.objectContaining({ type: 'auth.deny', reason: 'size' })])
    expect(runs).toBe(0)
  })
})

const nested = (depth: number, open = '[', close = ']'): string =>
  open.repeat(depth) + close.repeat(depth)
const members = (count: number): string =>
  Array.from({ length: count }, (_, n) => `"c${n}":${n}`).join(',')

/** The claims of a good token with this text for one more. */
function withClaim(gate: TokenGate, text: string): string {
  return JSON.stringify(gate.claims()).replace(/\}$/, `,${text}}`)
}

/** Milliseconds of CPU of the cheapest of some runs: what the work itself takes. */
async function leastCost(work: () => Promise<unknown>): Promise<number> {
  const costs: number[] = []
  for (let run = 0; run < 20; run += 1) {
    const before = process.cpuUsage()
    await work()
    const { user, system } = process.cpuUsage(before)
    costs.push((user + system) / 1_000)
  }
  return Math.min(...costs)
}

describe('SEC-030 claims that are deep, many or long take no time and no stack', () => {
  const DOCUMENTS: readonly (readonly [string, string, string])[] = [
    ['lists 4,000 levels deep', `"x":${nested(4_000)}`, 'size'],
    [
      'objects 4,000 levels deep',
      `"x":${nested(4_000, '{"a":', '}').replace(':}', ':1}')}`,
      'size',
    ],
    ['5,000 claims', members(5_000), 'size'],
    ['100 KB of digits', `"x":${'9'.repeat(100_000)}`, 'size'],
    ['lists 2,000 levels deep', `"x":${nested(2_000)}`, 'json'],
    ['lists 65 levels deep', `"x":${nested(64)}`, 'json'],
    ['objects 65 levels deep', `"x":${nested(64, '{"a":', '}').replace(':}', ':1}')}`, 'json'],
    ['lists 64 levels deep', `"x":${nested(63)}`, 'admitted'],
    ['500 claims', members(500), 'admitted'],
    ['5 KB of digits', `"x":${'9'.repeat(5_000)}`, 'admitted'],
    ['5 KB of digits after the point', `"x":0.${'9'.repeat(5_000)}`, 'admitted'],
    ['an exponent of 5 KB', `"x":1e${'9'.repeat(5_000)}`, 'admitted'],
    ['a string of 5 KB', `"x":"${'\\"'.repeat(2_500)}"`, 'admitted'],
    ['a name of 5 KB', `"${'\\u0061'.repeat(800)}":1`, 'admitted'],
    ['2,000 empty lists', `"x":[${'[],'.repeat(1_600)}0]`, 'admitted'],
  ]

  test.each(DOCUMENTS)('SEC-030 %s', async (_name, text, outcome) => {
    const gate = await startTokenGate()
    const token = gate.forge.sign(gate.header(), withClaim(gate, text))
    const expected = outcome === 'admitted' ? gate.admitted() : gate.refused(outcome as 'size')
    expect(await gate.ask(token)).toEqual(expected)
  })

  test.each(DOCUMENTS)('SEC-030 %s take less than 5 ms of CPU', async (_name, text) => {
    const gate = await startTokenGate({ tokenCacheSize: 0 })
    const authorization = `Bearer ${gate.forge.sign(gate.header(), withClaim(gate, text))}`
    await gate.gatehouse.warmUp()
    const ask = (): Promise<unknown> =>
      gate.gatehouse.authenticate(new Request(gate.resource, { headers: { authorization } }))
    expect(await leastCost(ask)).toBeLessThan(5)
  })

  test.each([
    ['lists 100,000 levels deep', `"x":${nested(100_000)}`, false],
    ['5,000 claims', members(5_000), true],
    ['100 KB of digits', `"x":${'9'.repeat(100_000)}`, true],
  ])(
    'SEC-030 %s overflow no stack, had they not been refused for their size',
    (_name, text, isRead) => {
      expect(parseStrictObject(Buffer.from(`{${text}}`)) !== undefined).toBe(isRead)
    },
  )

  test('SEC-030 the same holds for the header', async () => {
    const gate = await startTokenGate()
    const header = (text: string): string =>
      JSON.stringify(gate.header()).replace(/\}$/, `,${text}}`)
    const sign = (text: string): string => gate.forge.sign(header(text), gate.claims())
    expect(await gate.ask(sign(`"x":${nested(2_000)}`))).toEqual(gate.refused('json'))
    expect(await gate.ask(sign(members(400)))).toEqual(gate.admitted())
  })
})
