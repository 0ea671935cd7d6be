import { createResourceServer, type ResourceServerOptions } from 'mcp-gatehouse'
import { describe, expect, test } from 'vitest'
import { spyOnSockets } from './support/socket-spy.ts'
import { createForge } from './support/token-forge.ts'
import { RESOURCE, startIssuer, startTokenGate } from './support/token-gate.ts'

const ISSUER = 'https://id.example.com'

describe('SEC-019 the issuer is one of the configured ones, never the token’s own word', () => {
  test('SEC-019 a token of a stranger with metadata and keys of its own', async () => {
    const [gate, stranger] = [await startTokenGate(), await startIssuer()]
    const forge = createForge('key-1')
    stranger.jwks.keys.splice(0, Infinity, forge.jwk)
    const sockets = spyOnSockets()
    const token = forge.sign(gate.header(), gate.claims({ iss: stranger.issuer }))
    expect(await gate.ask(token)).toEqual(gate.refused('iss'))
    expect([sockets.opened, stranger.requests.length]).toEqual([0, 0])
  })

  const ISSUERS: readonly (readonly [string, (own: string) => unknown])[] = [
    ['with a slash at the end', (own) => `${own}/`],
    ['in capitals', (own) => own.toUpperCase()],
    ['with a path', (own) => `${own}/t1`],
    ['with user information', (own) => own.replace('//', '//evil@')],
    ['below another host', (own) => `${own}.evil.example.com`],
    ['after a space', (own) => ` ${own}`],
    ['absent', () => undefined],
    ['empty', () => ''],
    ['null', () => null],
    ['a list with ours', (own) => [own]],
    ['an object', (own) => ({ [own]: own })],
    ['__proto__', () => '__proto__'],
  ]

  test.each(ISSUERS)('SEC-019 iss %s, signed with our issuer’s key', async (_name, spell) => {
    const gate = await startTokenGate()
    const token = gate.token({ iss: spell(gate.issuer.issuer) })
    expect(await gate.ask(token)).toEqual(gate.refused('iss'))
    expect(gate.issuer.requests).toEqual([])
  })

  test('SEC-019 an issuer that a custom verifier names must be a configured one too', async () => {
    const gate = await startTokenGate({
      authorizationServers: [ISSUER],
      verifier: {
        verify: async () => ({
          ok: true,
          value: { issuer: 'https://evil.example.com', claims: { aud: RESOURCE, sub: 'alice' } },
        }),
      },
    })
    expect(await gate.ask('opaque')).toEqual(gate.refused('iss'))
  })

  const BLANKS: readonly (readonly [string, unknown, string])[] = [
    ['no entry', [], 'ERR_CONFIG_NO_AUTHORIZATION_SERVER'],
    ['no list', undefined, 'ERR_CONFIG_NO_AUTHORIZATION_SERVER'],
    ['an empty entry', [''], 'ERR_CONFIG_NOT_A_STRING'],
    ['an empty entry beside a good one', [ISSUER, ''], 'ERR_CONFIG_NOT_A_STRING'],
    ['a space', [' '], 'ERR_CONFIG_NOT_A_STRING'],
    ['a tab', ['\t'], 'ERR_CONFIG_NOT_A_STRING'],
    ['undefined', [undefined], 'ERR_CONFIG_OPTION_TYPE'],
    ['null', [null], 'ERR_CONFIG_OPTION_TYPE'],
    ['an empty issuer', [{ issuer: '' }], 'ERR_CONFIG_NOT_A_STRING'],
    ['no issuer', [{}], 'ERR_CONFIG_NOT_A_STRING'],
    ['a null issuer', [{ issuer: null }], 'ERR_CONFIG_NOT_A_STRING'],
    ['a list of issuers in one entry', [{ issuer: [ISSUER, ''] }], 'ERR_CONFIG_NOT_A_STRING'],
    ['two issuers in one entry', [{ issuer: [ISSUER, 'https://b'] }], 'ERR_CONFIG_NOT_A_STRING'],
  ]

  test.each(BLANKS)('SEC-019 %s is refused at creation', (_name, servers, code) => {
    const authorizationServers = servers as ResourceServerOptions['authorizationServers']
    expect(() => createResourceServer({ resource: RESOURCE, authorizationServers })).toThrow(
      expect.objectContaining({ code }),
    )
  })
})

describe('SEC-039 issuers and audiences are strings, never patterns', () => {
  const PATTERNS: readonly (readonly [string, RegExp])[] = [
    ['a pattern', /^https:\/\/h\/mcp$/],
    ['a pattern with /g', /mcp/g],
    ['a pattern with /y', /https/y],
    ['a catastrophic pattern', /^(a+)+$/],
  ]
  type Place = readonly [string, (pattern: unknown) => object, string]
  const PLACES: readonly Place[] = [
    ['audience', (audience) => ({ audience }), 'ERR_CONFIG_NOT_A_STRING'],
    ['a list audience', (one) => ({ audience: ['a', one] }), 'ERR_CONFIG_NOT_A_STRING'],
    ['audience of an issuer', (audience) => servers({ audience }), 'ERR_CONFIG_NOT_A_STRING'],
    [
      'a list audience of an issuer',
      (one) => servers({ audience: [one] }),
      'ERR_CONFIG_NOT_A_STRING',
    ],
    ['otherAudiences', (one) => servers({ otherAudiences: [one] }), 'ERR_CONFIG_NOT_A_STRING'],
    [
      'clientsWithoutAudience',
      (one) => servers({ clientsWithoutAudience: [one] }),
      'ERR_CONFIG_NOT_A_STRING',
    ],
    ['tokenIssuer', (tokenIssuer) => servers({ tokenIssuer }), 'ERR_CONFIG_NOT_A_STRING'],
    ['issuer', (issuer) => servers({ issuer }), 'ERR_CONFIG_NOT_A_STRING'],
    ['resource', (resource) => ({ resource }), 'ERR_CONFIG_RESOURCE_INVALID'],
  ]
  const servers = (server: object): object => ({
    authorizationServers: [{ issuer: ISSUER, ...server }],
  })
  const cases = PLACES.flatMap(([place, option, code]) =>
    PATTERNS.map(([name, pattern]) => [name, place, option(pattern), code] as const),
  )

  test.each(cases)('SEC-039 %s for %s is refused at creation', (_name, _place, options, code) => {
    expect(() =>
      createResourceServer({ resource: RESOURCE, authorizationServers: [ISSUER], ...options }),
    ).toThrow(expect.objectContaining({ code }))
  })

  test.each(PATTERNS)('SEC-039 %s for a whole entry is refused at creation', (_name, pattern) => {
    const authorizationServers = [
      pattern,
    ] as unknown as ResourceServerOptions['authorizationServers']
    expect(() => createResourceServer({ resource: RESOURCE, authorizationServers })).toThrow(
      expect.objectContaining({ code: 'ERR_CONFIG_NOT_A_STRING' }),
    )
  })

  test('SEC-039 a string that reads like a pattern is compared as it stands', async () => {
    const gate = await startTokenGate({ audience: ['.*', '^https://h/'] })
    expect(await gate.ask(gate.token({ aud: 'https://h/other' }))).toEqual(gate.refused('aud'))
    expect(await gate.ask(gate.token({ aud: '.*' }))).toEqual(gate.admitted())
  })
})
