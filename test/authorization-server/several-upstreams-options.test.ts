import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { startAuthorizationServer } from './world.ts'

describe('a mistake in `upstreams` is one at start', () => {
  const ONE = {
    upstream: { name: 'a', issuer: 'https://a.example', clientId: 'x', clientSecret: 'y' },
  }
  const TWO = { upstream: { ...ONE.upstream, name: 'b', issuer: 'https://b.example' }, label: 'B' }
  const LABELED = { ...ONE, label: 'A' }
  const WRONG: readonly (readonly [string, readonly object[], RegExp])[] = [
    ['none', [], /upstreams \(an array/],
    ['one that nobody comes to', [ONE, TWO], /upstreams\[0\] \(an upstream with emailDomains/],
    [
      'one name twice',
      [LABELED, { ...TWO, upstream: { ...TWO.upstream, name: 'a' } }],
      /upstreams\[0\]\.upstream\.name and upstreams\[1\]/,
    ],
    [
      'one domain twice',
      [
        { ...ONE, emailDomains: ['Acme.example'] },
        { ...TWO, emailDomains: ['acme.EXAMPLE'] },
      ],
      /\(acme\.example\)/,
    ],
    [
      'a domain that is none',
      [{ ...ONE, emailDomains: ['@acme.example'] }, TWO],
      /emailDomains\[0\]/,
    ],
    [
      'a host of no resource',
      [{ ...ONE, resourceHosts: ['mcp.example'] }, TWO],
      /resourceHosts\[0\]/,
    ],
    ['an option that there is not', [{ ...LABELED, domains: [] }, TWO], /upstreams\[0\]\.domains/],
    ['an empty label', [{ ...ONE, label: ' ' }, TWO], /upstreams\[0\]\.label/],
    [
      'a wrong upstream',
      [LABELED, { ...TWO, upstream: { ...TWO.upstream, clientId: '' } }],
      /upstreams\[1\]\.upstream\.clientId/,
    ],
    [
      'one issuer whose subjects are two things',
      [
        LABELED,
        {
          label: 'C',
          upstream: {
            kind: 'oauth',
            name: 'c',
            issuer: 'https://a.example',
            clientId: 'x',
            authorizationEndpoint: 'https://a.example/a',
            tokenEndpoint: 'https://a.example/t',
            userInfoEndpoint: 'https://a.example/u',
            subjectClaim: 'login',
          },
        },
      ],
      /issuer https:\/\/a\.example/,
    ],
  ]

  test.each(WRONG)('%s', async (_title, upstreams, message) => {
    const starting = startAuthorizationServer({
      options: () => ({ users: undefined, upstreams: upstreams as never }),
    })
    await expect(starting).rejects.toMatchObject({ name: 'ConfigError' })
    await expect(starting).rejects.toThrow(message)
  })

  test('beside `upstream` or `users`, they are refused', async () => {
    for (const others of [{ users: undefined, upstream: ONE.upstream }, {}]) {
      const starting = startAuthorizationServer({
        options: () => ({ upstreams: [LABELED, TWO], ...others }),
      })
      await expect(starting).rejects.toMatchObject({ code: 'ERR_CONFIG_OPTIONS_CONFLICT' })
    }
  })
})

test('the recipe of the documentation starts', async () => {
  vi.stubEnv('ENTRA_CLIENT_SECRET', 'a secret')
  vi.stubEnv('KEYCLOAK_CLIENT_SECRET', 'another one')
  onTestFinished(() => void vi.unstubAllEnvs())
  const { upstreams: recipe } = await import('../../examples/recipes/several-upstreams.ts')
  const world = await startAuthorizationServer({
    options: () => ({
      users: undefined,
      upstreams: recipe,
      resources: ['https://partners.example.com/mcp'],
    }),
  })
  expect(world.server.issuer).toBe(world.issuer)
  await world.close()
})
