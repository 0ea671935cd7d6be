import { expect, test } from 'vitest'
import { createStderrLines } from '../../../src/gateway/stdio/stderr-lines.ts'

test.each([
  [
    'of several lines',
    ['-----BEGIN KEY-----\nMIGHAgEAMB\r\nMGByqGSM49'],
    'MIGHAgEAMB\nMGByqGSM49\n',
  ],
  ['that begins with another one', ['sk-live', 'sk-live-4711'], 'sk-live-4711\nsk-live\n'],
])('nothing is left to read of a value %s', (_name, secrets, written) => {
  const lines: string[] = []
  createStderrLines(
    secrets,
    () => 0,
    (text) => void lines.push(text),
  ).push(Buffer.from(written))
  expect(lines).toEqual(['[redacted]', '[redacted]'])
})
