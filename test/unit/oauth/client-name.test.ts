import { expect, test } from 'vitest'
import { sanitizeClientName } from '../../../src/oauth/index.ts'

test.each([
  ['Claude', 'Claude'],
  ['  Two \n lines\t', 'Two lines'],
  ['\u001b[31mred\u001b[0m', '[31mred[0m'],
  ['a\u202Eb\u200B\u200Fc\uFEFF', 'abc'],
  ['=cmd|calc', 'cmd|calc'],
  ['+-@=x', 'x'],
  ['Bücher 本 👩', 'Bücher 本 👩'],
  ['\r\n', undefined],
  ['', undefined],
])('SEC-217 the name %j is shown as %j', (name, shown) => {
  expect(sanitizeClientName(name)).toBe(shown)
})

test('SEC-217 a name has at most 80 characters', () => {
  const shown = sanitizeClientName('👩'.repeat(500))
  expect(Array.from(shown ?? '')).toHaveLength(80)
  expect(sanitizeClientName(`${'x'.repeat(79)}y`)).toBe(`${'x'.repeat(79)}y`)
})
