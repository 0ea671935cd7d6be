import { createTokenIssuer, type TokenIssuer } from 'mcp-gatehouse/testing'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type RawAnswer, rawCall, rawRequest } from '../connections/raw-call.ts'
import { createToolCore, type ToolCore } from '../connections/tool-core.ts'
import { buildV2 } from '../connections/tool-servers.ts'
import { type Fetch, RESOURCE, servePerRequest } from '../connections/tool-world.ts'

let issuer: TokenIssuer
let alice: string
let bob: string
beforeAll(async () => {
  issuer = await createTokenIssuer()
  const mint = async (sub: string, client_id: string) =>
    issuer.mint({ aud: RESOURCE, sub, client_id })
  ;[alice, bob] = [await mint('alice', 'app'), await mint('bob', 'app')]
})
afterAll(() => issuer.close())

let now: number
let world: ToolCore
let ran: string[]
let fetch: Fetch
let fetchWithoutHook: Fetch
beforeEach(async () => {
  now = 1_800_000_000
  ran = []
  world = await createToolCore(issuer.issuer, () => now)
  fetch = servePerRequest(issuer, () =>
    buildV2(world.connections, { ran, hook: true, waitSeconds: 0 }),
  )
  fetchWithoutHook = servePerRequest(issuer, () =>
    buildV2(world.connections, { ran, waitSeconds: 0 }),
  )
})

const ARGS = { repo: 'a' }
const ACCEPTED = { github: { action: 'accept' } }

/** Alice is asked, and connects: her state is as good as it gets. */
async function stateOfAlice(): Promise<string> {
  const asked = await rawCall(fetch, alice, 'list_issues', { args: ARGS })
  await world.open(asked.result?.inputRequests?.['github']?.params.url ?? '')
  return asked.result?.requestState ?? ''
}

const JSON_RPC_ERROR: RawAnswer = {
  error: {
    code: -32_602,
    message: 'Invalid or expired requestState',
    data: { reason: 'invalid_request_state' },
  },
}

function reasons(): readonly unknown[] {
  return world.events.flatMap((event) =>
    event.type === 'mrtr.state_invalid' ? [event.reason] : [],
  )
}

describe('SEC-244: a requestState is refused without running the tool', () => {
  it('SEC-244: as it was given out, of the same call, it is taken', async () => {
    const requestState = await stateOfAlice()
    const rest = { args: ARGS, requestState, inputResponses: ACCEPTED }
    const answer = await rawCall(fetch, alice, 'list_issues', rest)
    expect(answer.result?.content?.[0]?.text).toBe('github of alice')
    expect(reasons()).toEqual([])
  })

  it('SEC-244: tampered, at any place', async () => {
    const state = await stateOfAlice()
    const places = Array.from({ length: state.length }, (_, place) => place)
    const tampered = places.map((place) => {
      const other = state[place] === 'A' ? 'B' : 'A'
      return `${state.slice(0, place)}${other}${state.slice(place + 1)}`
    })
    const wrong = [...tampered, '', 'x', state.slice(0, -1), `${state}A`, `${state}=`, ` ${state}`]
    for (const requestState of wrong) {
      // oxlint-disable-next-line no-await-in-loop
      const answer = await rawCall(fetch, alice, 'list_issues', { args: ARGS, requestState })
      expect(answer).toMatchObject(JSON_RPC_ERROR)
    }
    expect(reasons()).toEqual(wrong.map(() => 'unreadable'))
    expect(ran).toEqual([])
  })

  it.each([
    ['another user', 'other_user', async () => bob],
    ['another client', 'other_client', async () => mintFor('other-app')],
  ])('SEC-244: of %s', async (_case, reason, tokenOf) => {
    const rest = { args: ARGS, requestState: await stateOfAlice(), inputResponses: ACCEPTED }
    const answer = await rawCall(fetch, await tokenOf(), 'list_issues', rest)
    expect(answer).toMatchObject(JSON_RPC_ERROR)
    expect(world.events.filter(({ type }) => type === 'mrtr.state_invalid')).toMatchObject([
      { at: now, reason },
    ])
    expect(ran).toEqual([])
  })

  const mintFor = async (client_id: string) =>
    issuer.mint({ aud: RESOURCE, sub: 'alice', client_id })

  it('SEC-244: of another tool, or of other arguments', async () => {
    for (const [name, args] of [
      ['close_issues', ARGS],
      ['list_issues', { repo: 'b' }],
      ['list_issues', {}],
    ] as const) {
      // oxlint-disable-next-line no-await-in-loop
      const rest = { args, requestState: await stateOfAlice(), inputResponses: ACCEPTED }
      // oxlint-disable-next-line no-await-in-loop
      const answer = await rawCall(fetch, alice, name, rest)
      // The SDK makes a tool error of what a tool refuses; only before that it is a JSON-RPC error.
      expect(answer.result).toMatchObject({
        isError: true,
        content: [{ text: 'Invalid or expired requestState' }],
      })
      // oxlint-disable-next-line no-await-in-loop
      await world.forget('alice')
    }
    expect(reasons()).toEqual(['other_operation', 'other_operation', 'other_operation'])
  })

  it('SEC-244: of a prompt or resource, by a JSON-RPC error without the hook too', async () => {
    const requestState = await stateOfAlice()
    for (const [method, params] of [
      ['prompts/get', { name: 'triage' }],
      ['resources/read', { uri: 'issues://all' }],
    ] as const) {
      // oxlint-disable-next-line no-await-in-loop
      const answer = await rawRequest(fetchWithoutHook, alice, method, { ...params, requestState })
      expect(answer.error).toMatchObject({
        code: -32_602,
        message: 'Invalid or expired requestState',
      })
    }
  })

  it('SEC-244: expired', async () => {
    const requestState = await stateOfAlice()
    now += 600
    const rest = { args: ARGS, requestState, inputResponses: ACCEPTED }
    expect(await rawCall(fetch, alice, 'list_issues', rest)).toMatchObject(JSON_RPC_ERROR)
    expect(reasons()).toEqual(['expired'])
    expect(ran).toEqual([])
  })

  it('SEC-244: sealed with a key that is not in the ring', async () => {
    const requestState = await stateOfAlice()
    const other = await createToolCore(issuer.issuer, () => now)
    const elsewhere = servePerRequest(issuer, () => buildV2(other.connections, { ran }))
    const rest = { args: ARGS, requestState, inputResponses: ACCEPTED }
    const answer = await rawCall(elsewhere, alice, 'list_issues', rest)
    expect(answer.result).toMatchObject({ isError: true })
    expect(other.events.at(-1)).toMatchObject({ type: 'mrtr.state_invalid', reason: 'unreadable' })
    expect(ran).toEqual([])
  })
})

describe('SEC-245: a requestState is used once', () => {
  it('SEC-245: replayed, the tool does not run again', async () => {
    const rest = { args: ARGS, requestState: await stateOfAlice(), inputResponses: ACCEPTED }
    expect((await rawCall(fetch, alice, 'list_issues', rest)).result?.isError).toBeUndefined()
    expect(await rawCall(fetch, alice, 'list_issues', rest)).toMatchObject(JSON_RPC_ERROR)
    expect((await rawCall(fetchWithoutHook, alice, 'list_issues', rest)).result?.isError).toBe(true)
    expect(ran).toEqual(['list_issues a'])
    expect(reasons()).toEqual(['used', 'used'])
  })

  it('SEC-245: of 20 calls at once exactly one runs the tool', async () => {
    const rest = { args: ARGS, requestState: await stateOfAlice(), inputResponses: ACCEPTED }
    await Promise.all(
      Array.from({ length: 20 }, async () => rawCall(fetch, alice, 'list_issues', rest)),
    )
    expect(ran).toEqual(['list_issues a'])
  })
})
