import { createGateway } from 'mcp-gatehouse/gateway'
import { expect, onTestFinished, test, vi } from 'vitest'

test('a gateway that is closed soon after a reload has nothing left to retire', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout'] })
  onTestFinished(() => void vi.useRealTimers())
  const unhandled: unknown[] = []
  const note = (error: unknown): void => void unhandled.push(error)
  process.on('unhandledRejection', note)
  onTestFinished(() => void process.off('unhandledRejection', note))
  const options = {
    publicUrl: 'https://mcp.example.com',
    authorizationServers: ['https://id.example.com'],
    routes: [{ path: '/mcp', upstream: 'http://127.0.0.1:9/mcp', identity: 'none' }],
  } as const
  const gateway = await createGateway(options)
  await gateway.reload(options)
  await gateway.close()
  await vi.runAllTimersAsync()
  await new Promise((resolve) => setImmediate(resolve))
  expect(unhandled).toEqual([])
})
