import { expect, onTestFinished, test, vi } from 'vitest'
import { createRecordQueue } from '../../src/audit/record-queue.ts'
import { usedBytes } from '../unit/runtime/used-bytes.ts'

/** Fails so many times, without the pauses, and reports what that has left behind. */
test('a log that fails for weeks takes no more memory', async () => {
  vi.stubGlobal('setTimeout', setImmediate)
  vi.stubGlobal('clearTimeout', clearImmediate)
  onTestFinished(() => void vi.unstubAllGlobals())
  let attempts = 0
  let until = { attempts: 10_000, reached: Promise.withResolvers<void>() }
  const failure = new Error('the disk is full')
  const queue = createRecordQueue({
    write: async () => {
      attempts += 1
      if (attempts === until.attempts) until.reached.resolve()
      throw failure
    },
    maxWaiting: 10,
    failure: () => failure,
    onProblem: () => undefined,
    droppedRecord: (count) => ({ time: '', event: 'audit.dropped', count }),
  })
  await expect(queue.add({ time: '', event: 'first' })).rejects.toBe(failure)
  await until.reached.promise
  const before = usedBytes()
  until = { attempts: attempts + 100_000, reached: Promise.withResolvers() }
  await until.reached.promise
  expect(usedBytes() - before).toBeLessThan(10_000_000)
  queue.stop()
  await queue.idle()
  expect(queue.size()).toBe(1)
})
