import { createPrincipal } from 'mcp-gatehouse/testing'
import { expect, onTestFinished, test, vi } from 'vitest'
import { createExchangedTokens, type Exchanger } from '../../src/connections/exchanged-tokens.ts'
import { createTestClock } from '../security/support/test-clock.ts'

const alice = createPrincipal({ sub: 'alice' })

/** Exchanges tokens that live for an hour; `subject` is what the next call brings along. */
function startExchanges() {
  const service = { subject: '', exchanged: 0 }
  const exchanger: Exchanger = {
    name: 'notes',
    title: 'Notes',
    subjectToken: async () => service.subject,
    exchange: async (subjectToken) => {
      service.exchanged += 1
      const accessToken = `for ${subjectToken}`
      const value = { accessToken, expiresInSeconds: 3_600 }
      return { ok: true, value } as Awaited<ReturnType<Exchanger['exchange']>>
    },
  }
  const tokens = createExchangedTokens(exchanger, {
    clock: createTestClock(),
    emit: () => undefined,
  })
  const current = async (subject: string): Promise<string> => {
    service.subject = subject
    return (await tokens.current(alice)).accessToken
  }
  return { service, current }
}

test('no exchange looks at what came of all the others', async () => {
  const { current } = startExchanges()
  for (let index = 0; index < 100; index += 1) await current(`${index}`)
  const iterators = (['entries', 'keys', 'values', Symbol.iterator] as const).map((name) =>
    vi.spyOn(Map.prototype, name),
  )
  onTestFinished(() => void vi.restoreAllMocks())
  for (let index = 100; index < 200; index += 1) await current(`${index}`)
  const begun = iterators.reduce((sum, { mock }) => sum + mock.calls.length, 0)
  vi.restoreAllMocks()
  expect(begun).toBeLessThan(100)
})

test('the oldest of too many are exchanged again, and no younger one is', async () => {
  const { service, current } = startExchanges()
  for (let index = 0; index < 10_001; index += 1) await current(`${index}`)
  expect(await current('1')).toBe('for 1')
  expect(service.exchanged).toBe(10_001)
  expect(await current('0')).toBe('for 0')
  expect(service.exchanged).toBe(10_002)
})
