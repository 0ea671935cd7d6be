import { describe, expect, test } from 'vitest'
import { normalizeTargetUri } from '../../../src/oauth/index.ts'

const TARGET = 'https://mcp.example.com/mcp/~a'

describe('spellings of one target URI', () => {
  test.each([
    [TARGET],
    ['HTTPS://MCP.Example.COM/mcp/~a'],
    ['https://mcp.example.com:443/mcp/~a'],
    ['https://mcp.example.com/mcp/%7Ea'],
    ['https://mcp.example.com/mcp/%7ea'],
    ['https://mcp.example.com/x/../mcp/./~a'],
    [`${TARGET}?a=b`],
    [`${TARGET}#c`],
    [`${TARGET}?a#c`],
  ])('%s', (spelling) => {
    expect(normalizeTargetUri(spelling)).toBe(TARGET)
  })

  test('an empty path is a slash', () => {
    expect(normalizeTargetUri('http://127.0.0.1:80')).toBe('http://127.0.0.1/')
    expect(normalizeTargetUri('https://mcp.example.com')).toBe('https://mcp.example.com/')
  })

  test('an escape that is needed is kept, in upper case', () => {
    expect(normalizeTargetUri('https://h/a%2fb')).toBe('https://h/a%2Fb')
    expect(normalizeTargetUri('https://h/a%2Fb')).not.toBe(normalizeTargetUri('https://h/a/b'))
  })
})

describe('another target', () => {
  test.each([
    ['https://mcp.example.com/MCP/~a'],
    ['https://mcp.example.com/mcp/~a/'],
    ['https://mcp.example.com:8443/mcp/~a'],
    ['http://mcp.example.com/mcp/~a'],
    ['https://example.com/mcp/~a'],
  ])('%s', (other) => {
    expect(normalizeTargetUri(other)).not.toBe(TARGET)
  })
})

describe('no target URI', () => {
  test.each([
    [''],
    ['/mcp/~a'],
    ['mcp.example.com/mcp/~a'],
    ['https:mcp.example.com/mcp/~a'],
    ['ftp://mcp.example.com/mcp/~a'],
    ['ftp://mcp.example.com/https://mcp.example.com/mcp/~a'],
    ['https://:secret@mcp.example.com/mcp/~a'],
    ['https://alice@mcp.example.com/mcp/~a'],
    ['https://'],
  ])('%j', (value) => {
    expect(normalizeTargetUri(value)).toBeUndefined()
  })
})
