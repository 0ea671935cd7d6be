import { createLimits } from 'mcp-gatehouse/limits'
import { expect, test } from 'vitest'
import { openWorld, pingWith, RESOURCE } from './world.ts'

// The Scalekit pattern: slowapi by address in Python, express-rate-limit by `sub` in Node.

test('system 3: ten requests a minute of one address, and of one caller whose token was verified', async () => {
  const byAddress = await openWorld({
    options: () => ({ trustedProxyHops: 1, limits: createLimits({ perAddress: '10/minute' }) }),
  })
  const statusFrom = async (address: string): Promise<number> => {
    const { headers, ...init } = pingWith(undefined)
    const forwarded = { ...(headers as object), 'x-forwarded-for': address }
    return (await byAddress.send(RESOURCE, { ...init, headers: forwarded })).status
  }
  const statuses: number[] = []
  for (let i = 0; i < 12; i += 1) statuses.push(await statusFrom('192.0.2.1'))
  expect(statuses).toEqual([...Array<number>(10).fill(401), 429, 429])
  expect(await statusFrom('192.0.2.2')).toBe(401)

  const byCaller = await openWorld({
    options: () => ({ limits: createLimits({ perPrincipal: '10/minute' }) }),
  })
  const alice = await byCaller.mint({ sub: 'alice' })
  const answers: number[] = []
  for (let i = 0; i < 12; i += 1) answers.push((await byCaller.ping(alice)).status)
  expect(answers).toEqual([...Array<number>(10).fill(200), 429, 429])
  const refused = await byCaller.ping(alice)
  expect(refused.headers.get('retry-after')).toMatch(/^(?:60|5\d)$/)

  // The pattern reads `sub` before it verifies: whoever forges one uses up somebody's budget.
  const bob = await byCaller.mint({ sub: 'bob' })
  const forged = `${bob.slice(0, -8)}AAAAAAAA`
  for (let i = 0; i < 20; i += 1) expect((await byCaller.ping(forged)).status).toBe(401)
  expect((await byCaller.ping(bob)).status).toBe(200)
})
