import { describe, expect, test } from 'vitest'
import { checkAuthorizationQuery } from '../../../src/oauth/index.ts'

const refused = (cause: string): object => ({ ok: false, cause })

describe('the query of an authorization request', () => {
  test.each([
    '',
    'client_id=a&redirect_uri=https%3A%2F%2Fa.example%2Fcb&state=x',
    'state=%C3%A9&state=x',
    'scope=a&scope=b&a&=b',
    `state=${'a'.repeat(2_048)}`,
    `a=${'b'.repeat(12_286)}`,
    'response_mode=query',
    '%zz=1',
  ])('%.60s goes on as it is', (query) => {
    expect(checkAuthorizationQuery(query)).toEqual({ ok: true, query })
  })

  test.each([
    ['response_mode=form_post', 'response_mode=unsupported'],
    ['a=b&response%5Fmode=query&c=d', 'a=b&response_mode=unsupported&c=d'],
    ['response_mode', 'response_mode=unsupported'],
  ])('%s is answered by a plain redirect', (query, replaced) => {
    expect(checkAuthorizationQuery(query)).toEqual({ ok: true, query: replaced })
  })

  test.each([
    ['client_id=a&client_id=a', 'The request names client_id twice.'],
    ['client_id=a&client%5Fid=b', 'The request names client_id twice.'],
    ['redirect_uri=a&x=y&redirect_uri=b', 'The request names redirect_uri twice.'],
    ['state=%ff', 'The state is not percent-encoded UTF-8.'],
    ['state=%', 'The state is not percent-encoded UTF-8.'],
    [`state=${'a'.repeat(2_049)}`, 'The state is longer than 2048 bytes.'],
    [`state=${'%C3%A9'.repeat(1_025)}`, 'The state is longer than 2048 bytes.'],
    [`a=${'b'.repeat(12_287)}`, 'The request is too long.'],
  ])('%.40s is answered here', (query, cause) => {
    expect(checkAuthorizationQuery(query)).toEqual(refused(cause))
  })

  test('a plus in the state is a space, as in every form', () => {
    const query = `state=${'+'.repeat(2_048)}`
    expect(checkAuthorizationQuery(query)).toEqual({ ok: true, query })
    expect(checkAuthorizationQuery('client+id=a&client+id=b')).toMatchObject({ ok: true })
  })
})
