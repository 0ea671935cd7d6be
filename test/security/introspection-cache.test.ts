import { introspectionVerifier } from 'mcp-gatehouse/verifiers'
import { describe, expect, test } from 'vitest'
import { startHostileServer } from './support/hostile-server.ts'
import { ALLOWED, CLIENT, createRemoteGate, goodAnswer } from './support/remote-gate.ts'
import { createTestClock, START_SECONDS, type TestClock } from './support/test-clock.ts'

const ISSUER = 'https://id.example.com'
const OTHER = 'https://partner.example.org'
const TOKEN = 'opaque-token-of-alice'
const INACTIVE = [401, 'auth.deny', 'inactive']

interface Endpoint {
  readonly count: number
  /** What it answers from now on. */
  answer: object
  readonly verifier: ReturnType<typeof introspectionVerifier>
}

/** An introspection server and a verifier that asks it. */
async function startEndpoint(
  clock: TestClock,
  options: { readonly cacheSeconds?: number; readonly negativeCacheSeconds?: number } = {},
  issuer = ISSUER,
): Promise<Endpoint> {
  const state = { answer: goodAnswer(issuer, { exp: START_SECONDS + 300 }) as object }
  const server = await startHostileServer((_request, response) => {
    response.setHeader('Content-Type', 'application/json')
    response.end(JSON.stringify(state.answer))
  })
  const verifier = introspectionVerifier({
    ...CLIENT,
    issuer,
    introspectionEndpoint: `${server.origin}/introspect`,
    allowInsecureLoopback: true,
    clock,
    ...options,
  })
  return Object.assign(Object.defineProperty(state, 'count', { get: () => server.count }), {
    verifier,
  }) as unknown as Endpoint
}

function gateOf(
  { verifier }: Endpoint,
  clock: TestClock,
  options: { readonly issuer?: string; readonly requiredScopes?: readonly string[] } = {},
): ReturnType<typeof createRemoteGate> {
  return createRemoteGate({ verifier, issuer: ISSUER, now: () => clock.now(), ...options })
}

describe('SEC-055 what is remembered of a token belongs to one server, and is checked each time', () => {
  test('SEC-055 two introspection servers answer for the same characters', async () => {
    const clock = createTestClock()
    const ours = await startEndpoint(clock)
    const theirs = await startEndpoint(clock, {}, OTHER)
    theirs.answer = { active: false }
    expect(await gateOf(ours, clock).ask(TOKEN)).toEqual(ALLOWED)
    expect(await gateOf(theirs, clock, { issuer: OTHER }).ask(TOKEN)).toEqual(INACTIVE)
    expect(await gateOf(ours, clock).ask(TOKEN)).toEqual(ALLOWED)
    expect([ours.count, theirs.count]).toEqual([1, 1])
  })

  test('SEC-055 two resource servers with other scopes share the answer, not the decision', async () => {
    const clock = createTestClock()
    const endpoint = await startEndpoint(clock)
    const strict = gateOf(endpoint, clock, { requiredScopes: ['notes:write'] })
    expect(await gateOf(endpoint, clock).ask(TOKEN)).toEqual(ALLOWED)
    expect(await strict.ask(TOKEN)).toEqual([403, 'auth.deny', 'scope'])
    expect(await gateOf(endpoint, clock).ask(TOKEN)).toEqual(ALLOWED)
    expect(await strict.ask(TOKEN)).toEqual([403, 'auth.deny', 'scope'])
    expect(endpoint.count).toBe(1)
  })

  test('SEC-055 one with another issuer does not get it either', async () => {
    const clock = createTestClock()
    const endpoint = await startEndpoint(clock)
    expect(await gateOf(endpoint, clock).ask(TOKEN)).toEqual(ALLOWED)
    const other = gateOf(endpoint, clock, { issuer: OTHER })
    expect(await other.ask(TOKEN)).toEqual([401, 'auth.deny', 'iss'])
  })

  test('SEC-055 a token for another audience is refused each time, and asked about once', async () => {
    const clock = createTestClock()
    const endpoint = await startEndpoint(clock)
    endpoint.answer = goodAnswer(ISSUER, { aud: 'https://other.example.com', exp: 4_000_000_000 })
    const gate = gateOf(endpoint, clock)
    for (let round = 0; round < 3; round += 1) {
      expect(await gate.ask(TOKEN)).toEqual([401, 'auth.deny', 'aud'])
    }
    expect(endpoint.count).toBe(1)
  })

  test('SEC-055 exp ends the use of an answer before its time', async () => {
    const clock = createTestClock()
    const endpoint = await startEndpoint(clock, { cacheSeconds: 60 })
    endpoint.answer = goodAnswer(ISSUER, { exp: START_SECONDS + 10 })
    const gate = gateOf(endpoint, clock)
    expect(await gate.ask(TOKEN)).toEqual(ALLOWED)
    clock.pass(9)
    expect(await gate.ask(TOKEN)).toEqual(ALLOWED)
    expect(endpoint.count).toBe(1)
    clock.pass(1)
    expect(await gate.ask(TOKEN)).toEqual(ALLOWED) // within the leeway, and asked about again
    expect(endpoint.count).toBe(2)
    clock.pass(30)
    expect(await gate.ask(TOKEN)).toEqual([401, 'auth.deny', 'exp'])
  })
})

describe('how long an answer is used', () => {
  test('a revoked token is refused after cacheSeconds, by every resource server at once', async () => {
    const clock = createTestClock()
    const endpoint = await startEndpoint(clock, { cacheSeconds: 20 })
    const gate = gateOf(endpoint, clock)
    expect(await gate.ask(TOKEN)).toEqual(ALLOWED)
    endpoint.answer = { active: false }
    clock.pass(19)
    expect(await gate.ask(TOKEN)).toEqual(ALLOWED)
    // Another gate hears of it late, and does not keep it for longer.
    const late = gateOf(endpoint, clock)
    expect(await late.ask(TOKEN)).toEqual(ALLOWED)
    clock.pass(1)
    expect(await gate.ask(TOKEN)).toEqual(INACTIVE)
    expect(await late.ask(TOKEN)).toEqual(INACTIVE)
  })

  test('a refused token is accepted after negativeCacheSeconds', async () => {
    const clock = createTestClock()
    const endpoint = await startEndpoint(clock, { negativeCacheSeconds: 3 })
    const good = endpoint.answer
    endpoint.answer = { active: false }
    const gate = gateOf(endpoint, clock)
    expect(await gate.ask(TOKEN)).toEqual(INACTIVE)
    endpoint.answer = good
    clock.pass(2)
    expect(await gate.ask(TOKEN)).toEqual(INACTIVE)
    expect(endpoint.count).toBe(1)
    clock.pass(1)
    expect(await gate.ask(TOKEN)).toEqual(ALLOWED)
  })

  test('not at all with 0', async () => {
    const clock = createTestClock()
    const endpoint = await startEndpoint(clock, { cacheSeconds: 0, negativeCacheSeconds: 0 })
    const gate = gateOf(endpoint, clock)
    for (let round = 0; round < 3; round += 1) expect(await gate.ask(TOKEN)).toEqual(ALLOWED)
    endpoint.answer = { active: false }
    for (let round = 0; round < 3; round += 1) expect(await gate.ask(TOKEN)).toEqual(INACTIVE)
    expect(endpoint.count).toBe(6)
  })

  test('an answer that cannot be read is not used again', async () => {
    const clock = createTestClock()
    const endpoint = await startEndpoint(clock)
    const good = endpoint.answer
    const gate = gateOf(endpoint, clock)
    endpoint.answer = { active: 'true' }
    expect((await gate.ask(TOKEN))[0]).toBe(503)
    endpoint.answer = good
    expect(await gate.ask(TOKEN)).toEqual(ALLOWED)
  })

  test('requests at one moment are one question, and other tokens are others', async () => {
    const clock = createTestClock()
    const endpoint = await startEndpoint(clock, { cacheSeconds: 0 })
    const { verifier } = endpoint
    const outcomes = await Promise.all(Array.from({ length: 20 }, () => verifier.verify(TOKEN)))
    expect(new Set(outcomes.map(({ ok }) => ok))).toEqual(new Set([true]))
    expect(endpoint.count).toBe(1)
    await Promise.all(['a', 'b', 'c'].map((token) => verifier.verify(token)))
    expect(endpoint.count).toBe(4)
  })

  test('purgeKeys makes it ask about every token again, and only of its own issuer', async () => {
    const clock = createTestClock()
    const endpoint = await startEndpoint(clock)
    const { verifier } = endpoint
    const outcome = await verifier.verify(TOKEN)
    if (!outcome.ok) throw new Error(outcome.reason)
    verifier.purgeKeys?.(OTHER)
    await verifier.verify(TOKEN)
    expect([endpoint.count, outcome.value.isCurrent?.()]).toEqual([1, true])
    verifier.purgeKeys?.(ISSUER)
    await verifier.verify(TOKEN)
    expect([endpoint.count, outcome.value.isCurrent?.()]).toEqual([2, false])
  })

  test('strangers who send 30,000 tokens that nobody issued displace no accepted one', async () => {
    const clock = createTestClock()
    const answers = new Map([[TOKEN, goodAnswer(ISSUER, { exp: START_SECONDS + 300 })]])
    let count = 0
    const verifier = introspectionVerifier({
      ...CLIENT,
      issuer: ISSUER,
      introspectionEndpoint: 'https://id.example.com/introspect',
      clock,
      fetch: async (_url, { body }) => {
        count += 1
        const token = new URLSearchParams(body as string).get('token') ?? ''
        return Response.json(answers.get(token) ?? { active: false })
      },
    })
    await verifier.verify(TOKEN)
    for (let batch = 0; batch < 300; batch += 1) {
      await Promise.all(
        Array.from({ length: 100 }, (_, index) => verifier.verify(`guess-${batch}-${index}`)),
      )
    }
    expect(count).toBe(30_001)
    await verifier.verify(TOKEN)
    expect(count).toBe(30_001)
  }, 60_000)
})
