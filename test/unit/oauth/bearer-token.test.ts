import { describe, expect, test } from 'vitest'
import { parseAccessToken, parseBearerToken } from '../../../src/oauth/index.ts'

describe('a token', () => {
  test.each([
    ['Bearer abc', 'abc'],
    ['bEARER abc', 'abc'],
    ['Bearer    abc', 'abc'],
    ['Bearer a-._~+/9==', 'a-._~+/9=='],
  ])('%j', (line, token) => {
    expect(parseBearerToken([line])).toEqual({ kind: 'token', token })
  })
})

describe('no credentials', () => {
  test.each([
    [[]],
    [['']],
    [['Basic dTpw']],
    [['Bearerx abc']],
    [['DPoP abc']],
    [['abc']],
    [['Digest a="Bearer"']],
  ])('%j', (lines) => {
    expect(parseBearerToken(lines)).toEqual({ kind: 'absent' })
  })
})

describe('malformed credentials', () => {
  test.each([
    [['Bearer']],
    [['Bearer ']],
    [['Bearer\tabc']],
    [['Bearer \tabc']],
    [['Bearer abc ']],
    [['Bearer a b']],
    [['Bearer a,b']],
    [['Bearer =']],
    [['Bearer a=b']],
    [['Bearer a%20b']],
    [['Bearer "a"']],
    [['Bearer ä']],
    [['Bearer a\nb']],
    [['Bearer a, Basic b']],
    [['Basic a, Bearer b']],
    [['Basic a,bearer']],
    [['Bearer a', 'Bearer a']],
    [['Basic a', 'Bearer b']],
    [['', '']],
  ])('%j', (lines) => {
    expect(parseBearerToken(lines)).toEqual({ kind: 'malformed' })
  })
})

describe('with DPoP enabled', () => {
  test.each([
    ['DPoP abc', 'DPoP'],
    ['dpop   abc', 'DPoP'],
    ['bearer abc', 'Bearer'],
  ])('%j', (line, scheme) => {
    expect(parseAccessToken([line])).toEqual({ kind: 'token', token: 'abc', scheme })
  })

  test.each([
    [['DPoP']],
    [['DPoP\tabc']],
    [['DPoP a b']],
    [['DPoP a, Bearer b']],
    [['Bearer a, DPoP b']],
    [['Basic a, DPoP b']],
    [['DPoP a', 'DPoP a']],
    [['DPoP a', 'Bearer a']],
  ])('%j is malformed', (lines) => {
    expect(parseAccessToken(lines)).toEqual({ kind: 'malformed' })
  })

  test.each([[['DPoPx abc']], [['Basic dTpw']], [[]]])('%j is no credentials', (lines) => {
    expect(parseAccessToken(lines)).toEqual({ kind: 'absent' })
  })
})
