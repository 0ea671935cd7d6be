import { beforeAll, expect, test } from 'vitest'
import { createRenderError } from '../../../src/authorization-server/provider/render-error.ts'
import { createPages, type Pages } from '../../../src/pages/index.ts'

interface Answered {
  readonly status: number
  readonly body: unknown
}

let pages: Pages

beforeAll(async () => {
  pages = await createPages({ brand: { name: 'Notes' }, texts: undefined })
})

async function render(
  route: string,
  out: { readonly error: string; readonly error_description?: string },
): Promise<Answered> {
  const answered = { status: 400, body: undefined as unknown, set: () => undefined, req: {} }
  const renderError = createRenderError(pages, () => 'reference')
  await renderError(Object.assign(answered, { oidc: { route } }) as never, out, new Error('Test'))
  return answered
}

test('what a client has sent is not on a page beyond 300 characters', async () => {
  for (const [error, error_description] of [
    ['invalid_request', 'x'.repeat(100_000)],
    ['x'.repeat(100_000), undefined],
    ['invalid_request', '😀'.repeat(25_000)],
  ] as const) {
    const out = error_description === undefined ? { error } : { error, error_description }
    const { status, body } = await render('authorization', out)
    expect(status).toBe(400)
    const [, cause = ''] = /cannot be answered: (.*)\.<\/p>/u.exec(String(body)) ?? []
    expect(Array.from(cause)).toHaveLength(300)
    expect(cause.endsWith('…')).toBe(true)
    expect(cause.isWellFormed()).toBe(true)
  }
})

test('control and format characters do not reach a page, and markup is text', async () => {
  const error_description = 'a\u0000b\u001B[31m\u009Bc\u202Ed\r\ne\u200Bf <b>g</b>'
  const { body } = await render('resume', { error: 'invalid_request', error_description })
  expect(body).toContain('cannot be answered: ab[31mcd ef &lt;b&gt;g&lt;/b&gt;.</p>')
})

test('a program is told in JSON, also one that takes pages', async () => {
  const out = { error: 'invalid_request', error_description: 'no parameters' }
  expect(await render('token', out)).toMatchObject({ status: 400, body: out })
})
