import { createLimits } from 'mcp-gatehouse/limits'
import { expect, onTestFinished, test } from 'vitest'
import { ECHO } from './raw-upstream.ts'
import { openGatewayWorld } from './world.ts'

test('requests at a time are counted until their answers are over, however those end', async () => {
  const world = await openGatewayWorld({
    gateway: { limits: createLimits({ concurrentPerPrincipal: 2 }) },
  })
  onTestFinished(() => world.close())
  const token = await world.mint()
  const statuses = async (count: number): Promise<readonly number[]> => {
    const answers = Array.from({ length: count }, () => world.send(world.call(token)))
    const settled = await Promise.allSettled(answers)
    return settled
      .map((one) => (one.status === 'fulfilled' ? one.value.status : 0))
      .toSorted((a, b) => a - b)
  }
  const release = Promise.withResolvers<void>()
  world.upstream.respond = async (seen, response) => {
    await release.promise
    return ECHO(seen, response)
  }
  const busy = statuses(4)
  await expect.poll(() => world.upstream.seen.length).toBe(2)
  release.resolve()
  expect(await busy).toEqual([200, 200, 429, 429])
  world.upstream.respond = ({ message }) => message.socket.destroy()
  expect(await statuses(1)).toEqual([502])
  world.upstream.respond = ECHO
  expect(await statuses(2)).toEqual([200, 200])
})
