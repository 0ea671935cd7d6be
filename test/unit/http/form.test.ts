import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { expect, test } from 'vitest'
import { type FormRequest, readForm } from '../../../src/http/form.ts'

const FORM = 'application/x-www-form-urlencoded'

function requestOf(chunks: readonly string[], type: string | undefined): FormRequest {
  const stream = Readable.from(chunks.map((chunk) => Buffer.from(chunk, 'latin1')))
  return Object.assign(stream, { headers: { 'content-type': type } })
}

test.each([FORM, `${FORM};charset=UTF-8`, ` ${FORM.toUpperCase()} ; x=y`])(
  'a form of the type %j is read',
  async (type) => {
    const form = await readForm(requestOf(['a=1&b=%', 'C3%A9&a=2+', '\xC3', '\xA9'], type))
    expect([...(form ?? [])]).toEqual([
      ['a', '1'],
      ['b', 'é'],
      ['a', '2 é'],
    ])
  },
)

test.each([undefined, '', 'text/plain', 'multipart/form-data; boundary=x', `${FORM}x`])(
  'the type %j is none of a form',
  async (type) => {
    expect(await readForm(requestOf(['a=1'], type))).toBeUndefined()
  },
)

test('a form of more than 16 KiB is not read', async () => {
  const chunks = Array.from({ length: 16 }, () => 'x'.repeat(1_024))
  expect(await readForm(requestOf(chunks, FORM))).toBeInstanceOf(URLSearchParams)
  expect(await readForm(requestOf([...chunks, 'x'], FORM))).toBeUndefined()
})

test('what a framework has read before is taken, where it is text', async () => {
  const read = requestOf([], FORM)
  expect(await text(read)).toBe('')
  const form = await readForm(Object.assign(read, { body: { a: '1', b: ['2'], c: { d: '3' } } }))
  expect([...(form ?? [])]).toEqual([['a', '1']])
})
