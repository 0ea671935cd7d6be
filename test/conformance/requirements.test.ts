import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { REQUIREMENTS } from './requirements.ts'

/** RS-01 to RS-30: what the specification asks of a resource server. */
const OWNED = Array.from({ length: 30 }, (_, index) => `RS-${String(index + 1).padStart(2, '0')}`)

test('every requirement on a resource server is in the list once', () => {
  expect(REQUIREMENTS.map(({ id }) => id)).toEqual(OWNED)
})

test.each(REQUIREMENTS.map(({ id, test: file }) => [id, file] as const))(
  '%s is the title of a test in %s',
  (id, file) => {
    // A title may name several ids, and may stand in the table of a `test.each`.
    const titles = readFileSync(file, 'utf8').matchAll(/['`"]((?:RS-\d\d )+)/g)
    expect([...titles].flatMap(([, ids = '']) => ids.trim().split(' '))).toContain(id)
  },
)
