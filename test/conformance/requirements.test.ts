import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { REQUIREMENTS } from './requirements.ts'

/** The ids that this package owns by itself (issue 2). */
const OWNED = [
  ...Array.from({ length: 13 }, (_, index) => `RS-${String(index + 1).padStart(2, '0')}`),
  'RS-17',
  'RS-18',
  'RS-19',
]

test('every requirement on a resource server is in the list once', () => {
  expect(REQUIREMENTS.map(({ id }) => id)).toEqual(OWNED)
})

test.each(REQUIREMENTS.map(({ id, test: file }) => [id, file] as const))(
  '%s is the title of a test in %s',
  (id, file) => {
    const titles = readFileSync(file, 'utf8').matchAll(/\btest(?:\.each\([^)]*\))?\(\s*['`](\S+)/g)
    expect([...titles].map(([, first]) => first)).toContain(id)
  },
)
