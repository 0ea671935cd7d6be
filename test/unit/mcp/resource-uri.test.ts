import { describe, expect, test } from 'vitest'
import { isAmbiguous, spellingsOf } from '../../../src/mcp/resource-uri.ts'

describe('SEC-328: the spellings of a URI', () => {
  test.each([
    ['note:///1', ['note:///1']],
    ['file:///a%20b', ['file:///a%20b']],
    ['urn:isbn:1', ['urn:isbn:1']],
    ['file:///a b', ['file:///a b', 'file:///a%20b']],
    ['FILE:///a', ['FILE:///a', 'file:///a']],
    ['https://H.example', ['https://H.example', 'https://h.example/']],
    ['https://h.example:443/', ['https://h.example:443/', 'https://h.example/']],
    ['file:///%73ecret', ['file:///%73ecret', 'file:///secret']],
    ['FILE:///%73', ['FILE:///%73', 'file:///%73', 'file:///s']],
    ['file:///a%2fb', ['file:///a%2fb', 'file:///a%2Fb']],
    ['file:///100%25', ['file:///100%25']],
    ['file:///ä', ['file:///ä', 'file:///%C3%A4']],
    ['file:///\uD800', ['file:///\uD800', 'file:///%EF%BF%BD']],
    ['search://x?q=a%0Ab/../c', ['search://x?q=a%0Ab/../c']],
    ['file:///a..b/...', ['file:///a..b/...']],
  ])('%j', (uri, expected) => {
    expect(spellingsOf(uri)).toEqual(expected)
  })

  test('the second spelling is what a handler of the SDK gets', () => {
    for (const uri of ['HTTPS://h.example', 'file:///a b', 'file:///x|y"z', 'note:a b ']) {
      expect(spellingsOf(uri)).toContain(new URL(uri).href)
    }
  })

  test.each([
    ['no uri'],
    [''],
    ['/a'],
    ['//h.example/a'],
    ['https://'],
    ['file:///a/../b'],
    ['file:///a/./b'],
    ['file:///a/..'],
    ['file:../a'],
    ['note:..'],
    ['file://../a'],
    ['file:///a/..?q'],
    ['file:///a/..#f'],
    ['file:///a/%2e%2e/b'],
    ['file:///a/.%2E/b'],
    ['file:///a%2f..%2fb'],
    ['file:///a/%252e%252e/b'],
    ['file:///a/%25252e./b'],
    ['file:///a/%%32e%2e/b'],
    ['file:///a%5C..%5Cb'],
    ['file:///a\\b'],
    ['file:///a%5cb'],
    ['file:///a\0'],
    ['file:///a%00'],
    ['file:///a%2500'],
    ['file:///a\tb'],
    ['file:///a/.\n./b'],
    ['\u0001file:///a'],
    ['file:///a%7F'],
    ['file:///a?x\\y'],
    [`file:///%${'25'.repeat(5)}41`],
  ])('%j is malformed or ambiguous', (uri) => {
    expect(spellingsOf(uri)).toBeUndefined()
  })

  test('8,192 characters are read, not one more', () => {
    const uri = `note:///${'a'.repeat(8_184)}`
    expect(spellingsOf(uri)).toEqual([uri])
    expect(spellingsOf(`${uri}a`)).toBeUndefined()
    expect(isAmbiguous(`${uri}a`)).toBe(true)
  })

  test('none takes longer than 50 ms', () => {
    const ideographs = Array.from({ length: 8_000 }, (_, at) => String.fromCodePoint(0x4e00 + at))
    const hostile = [
      `https://${ideographs.join('')}/`,
      `https://${ideographs.slice(0, 4_000).join('.')}/`,
      `file:///${'%25'.repeat(2_700)}`,
      `file:///%${'25'.repeat(4_000)}`,
      `file:///${'%2525'.repeat(1_600)}`,
      `file:///${'/.'.repeat(4_000)}`,
      `file:${'/'.repeat(8_000)}`,
      `x:${'?#'.repeat(4_000)}`,
      `x:${'a'.repeat(1_000_000)}`,
    ]
    spellingsOf('note:///warm')
    for (const uri of hostile) {
      const start = performance.now()
      spellingsOf(uri)
      expect(performance.now() - start).toBeLessThan(50)
    }
  })
})

test.each([
  ['note:///{id}', false],
  ['note:///{+path}{?q}', false],
  ['{scheme}://x', false],
  ['note:///{id}/../x', true],
  ['note:///{id}\\x', true],
])('the template %j is ambiguous: %s', (template, expected) => {
  expect(isAmbiguous(template)).toBe(expected)
})
