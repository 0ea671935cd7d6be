import { memory } from 'mcp-gatehouse/storage'
import { createApiKeys, firstOf } from 'mcp-gatehouse/verifiers'
import { afterAll, expect, test, vi } from 'vitest'
import { RESOURCE } from '../adapters/world.ts'
import { everywhere } from './cases.ts'
import { LISTENING, openStreamWorld, receive } from './support/stream-world.ts'
import { createTestClock } from './support/test-clock.ts'

vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })

const storage = memory()
const apiKeys = createApiKeys({ storage, resource: RESOURCE, clock: createTestClock() })
const streams = await openStreamWorld({ server: { verifier: firstOf([apiKeys.verifier]) } })
const { world, pass } = streams
afterAll(async () => {
  vi.useRealTimers()
  await world.close()
})
const [, listen] = LISTENING[0] ?? []

test.each(world.apps)(
  'SEC-336 a stream that was opened with an API key ends with its revocation (%s)',
  everywhere(world, async (app) => {
    if (listen === undefined) throw new Error('nothing listens')
    const { key, keyId } = await apiKeys.issue({ name: 'job', scopes: ['notes:read'] })
    const { key: other } = await apiKeys.issue({ name: 'other', scopes: ['notes:read'] })
    const kept = await receive(app, listen(other))
    const keptChannel = streams.channel
    const received = await receive(app, listen(key))
    streams.channel.emit('first')
    await received.until('first')
    await pass(30)
    expect(received.isOver).toBe(false)

    await apiKeys.revoke(keyId)
    await pass(15)
    await received.over
    expect(kept.isOver).toBe(false)
    keptChannel.finish()
    await kept.over
  }),
)

test.each(world.apps)(
  'and not before a minute has passed where the store cannot say (%s)',
  everywhere(world, async (app) => {
    if (listen === undefined) throw new Error('nothing listens')
    const { key } = await apiKeys.issue({ name: 'job', scopes: ['notes:read'] })
    const received = await receive(app, listen(key))
    const down = vi.spyOn(storage, 'get').mockRejectedValue(new Error('down'))
    await pass(30)
    expect(received.isOver).toBe(false)
    await pass(45)
    await received.over
    down.mockRestore()
  }),
)
