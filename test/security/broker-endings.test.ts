import { describe, expect, it } from 'vitest'
import { at, useToolSuite } from '../connections/tool-suite.ts'
import { type Answer, connectV1 } from '../connections/tool-world.ts'

const suite = useToolSuite()
const { modern, sessionsV1, sessionsV2 } = suite

describe.each([
  ['2026-07-28', modern, at('2026-07-28')],
  ['2025-11-25, v1', sessionsV1, connectV1],
  ['2025-11-25, v2', sessionsV2, at('2025-11-25')],
] as const)('SEC-246, E-04: a user who does not connect, %s', (_case, serve, connect) => {
  const SAID_NO = expect.stringContaining('the user declined')

  it.each(['decline', 'cancel'] as const)('SEC-246: %s ends the call', async (action) => {
    const fetch = serve({ mode: 'wait' })
    const client = await connect({ token: suite.alice, fetch, url: () => action })
    expect(await client.call('list_issues')).toMatchObject({
      isError: true,
      content: [{ text: SAID_NO }],
    })
    expect(client.asked).toHaveLength(1)
    expect(await suite.world.pending()).toEqual([])
    expect(suite.ran).toEqual([])
  })

  it('SEC-246: so does a user who says no on the page', async () => {
    const fetch = serve({ mode: 'wait' })
    const url: Answer = (asked) => {
      setTimeout(() => void suite.world.open(asked.url, 'declined'), 20)
      return 'accept'
    }
    const client = await connect({ token: suite.alice, fetch, url })
    expect(await client.call('list_issues')).toMatchObject({ content: [{ text: SAID_NO }] })
    expect(client.asked).toHaveLength(1)
    expect(await suite.world.pending()).toEqual([])
  })

  it('SEC-246: so does a time limit, or a client that has gone', async () => {
    const late = await connect({
      token: suite.alice,
      fetch: serve({ mode: 'wait', waitSeconds: 0 }),
      url: () => 'accept',
    })
    expect(await late.call('list_issues')).toMatchObject({
      isError: true,
      content: [{ text: expect.stringContaining('in time') }],
    })
    expect(await suite.world.pending()).toEqual([])

    const gone = new AbortController()
    const url: Answer = () => {
      setTimeout(() => gone.abort(), 50)
      return 'accept'
    }
    const client = await connect({ token: suite.alice, fetch: serve({ mode: 'wait' }), url })
    await expect(client.call('list_issues', {}, gone.signal)).rejects.toThrow(/abort/i)
    await expect.poll(() => suite.world.pending()).toEqual([])
    expect(suite.ran).toEqual([])
  })
})

describe.each([
  ['2026-07-28', modern, at('2026-07-28')],
  ['2025-11-25, v1', sessionsV1, connectV1],
  ['2025-11-25, v2', sessionsV2, at('2025-11-25')],
] as const)('a connection that ends during the call, %s', (_case, serve, connect) => {
  const url: Answer = async (asked): Promise<'accept'> => {
    await suite.world.open(asked.url)
    return 'accept'
  }

  it('the user is asked exactly once, and the call goes on', async () => {
    const client = await connect({ token: suite.alice, fetch: serve({ mode: 'wait' }), url })
    await client.call('list_issues')
    suite.world.endAll()
    expect(await client.call('list_issues')).toMatchObject({
      content: [{ text: 'github of alice' }],
    })
    expect(client.asked).toHaveLength(2)
    expect(client.asked[1]?.message).toContain('The connection to GitHub has ended')
  })

  it('a service that refuses the new connection too ends it: no loop', async () => {
    const client = await connect({ token: suite.alice, fetch: serve({ mode: 'wait' }), url })
    suite.world.refuseAlways()
    expect(await client.call('list_issues')).toMatchObject({
      isError: true,
      content: [{ text: expect.stringContaining('refuses the new connection') }],
    })
    expect(client.asked).toHaveLength(1)
  })
})
