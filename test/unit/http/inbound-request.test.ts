import { describe, expect, test } from 'vitest'
import { fromRequest, parseTarget } from '../../../src/http/index.ts'

describe('the path of a target is as it was received', () => {
  test.each([
    ['/mcp', '/mcp'],
    ['/mcp?a=1', '/mcp'],
    ['/mcp#x', '/mcp'],
    ['/mcp?a#b', '/mcp'],
    ['/mcp#a?b', '/mcp'],
    ['//mcp', '//mcp'],
    ['/a/../mcp', '/a/../mcp'],
    ['/%6dcp', '/%6dcp'],
    ['/mcp;a', '/mcp;a'],
    ['?a=1', '/'],
    ['', '/'],
    ['/', '/'],
    ['http://h.example/mcp?a', '/mcp'],
    ['http://h.example:80/a//b', '/a//b'],
    ['http://h.example//mcp', '//mcp'],
    ['http://h.example//mcp/healthz', '//mcp/healthz'],
    ['http://h.example//', '//'],
    ['http://h.example?/healthz', '/'],
    ['http://h.example#/healthz', '/'],
    ['http://h.example', '/'],
    ['http://h.example?a', '/'],
  ])('%j: %s', (target, path) => {
    expect(parseTarget(target).path).toBe(path)
  })
})

describe('a token in the query is seen, however it is spelled', () => {
  test.each([
    ['/mcp?access_token=x', true],
    ['/mcp?access_token', true],
    ['/mcp?a=1&access_token=x', true],
    ['/mcp?ACCESS_TOKEN=x', true],
    ['/mcp?access%5Ftoken=x', true],
    ['/mcp?%61ccess_token=x', true],
    ['/mcp?access_token=x#y', true],
    ['http://h.example/mcp?access_token=x', true],
    ['/mcp?my_access_token=x', false],
    ['/mcp?access_tokens=x', false],
    ['/mcp?a=access_token', false],
    ['/access_token', false],
  ])('%j: %s', (target, expected) => {
    expect(parseTarget(target).hasQueryToken).toBe(expected)
  })
})

describe('fromRequest', () => {
  test('a web-standard request', () => {
    const request = new Request('https://mcp.example.com:8443/a?b=1', {
      method: 'POST',
      headers: [
        ['X-Two', 'a'],
        ['X-Two', 'b'],
      ],
      body: 'x',
    })
    const received = fromRequest(request)
    expect(received).toMatchObject({ method: 'POST', path: '/a', hasQueryToken: false })
    expect(received.peer).toBeUndefined()
    expect(['x-two', 'x-none', 'host'].map((name) => received.header(name))).toEqual([
      ['a, b'],
      [],
      ['mcp.example.com:8443'],
    ])
  })

  test('the Host field counts where the runtime shows it', () => {
    const request = new Request('https://mcp.example.com/', { headers: { Host: 'other.example' } })
    expect(fromRequest(request).header('host')).toEqual(['other.example'])
  })

  test.each([
    [new Request('https://h.example'), false],
    [new Request('https://h.example', { method: 'POST' }), false],
    [new Request('https://h.example', { method: 'POST', body: '' }), true],
    [new Request('https://h.example', { method: 'POST', body: 'x' }), true],
  ])('whether there is a body', (request, expected) => {
    expect(fromRequest(request).hasBody()).toBe(expected)
  })
})
