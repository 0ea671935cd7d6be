import { type Known, type ServiceProfile, services } from 'mcp-gatehouse/providers'
import { describe, expect, test } from 'vitest'

const named = Object.entries(services)

/** Parameters of every authorization request. */
const PROTOCOL: ReadonlySet<string> = new Set([
  'client_id',
  'code_challenge',
  'code_challenge_method',
  'redirect_uri',
  'response_type',
  'scope',
  'state',
])

/** Every value that is documented, or an assumption with its reason, by its name. */
function knownOf(profile: ServiceProfile): readonly (readonly [string, Known<unknown>])[] {
  return [...Object.entries(profile), ...Object.entries(profile.refresh)]
    .flatMap(([name, value]) => (Array.isArray(value) ? value : [value]).map((one) => [name, one]))
    .filter((entry): entry is [string, Known<unknown>] => isKnown(entry[1]))
}

function isKnown(value: unknown): value is Known<unknown> {
  return typeof value === 'object' && value !== null && 'value' in value
}

function sourcesOf(profile: ServiceProfile): readonly string[] {
  const facts = [
    ...profile.refresh.notes,
    ...profile.traps,
    ...Object.values(profile.optionalParameters),
  ]
  return [
    ...facts.map(({ source }) => source),
    ...knownOf(profile).flatMap(([, known]) => ('source' in known ? [known.source] : [])),
  ]
}

function addressesOf(profile: ServiceProfile): readonly string[] {
  const revocation = profile.revocation.value
  return [
    profile.authorizationEndpoint.value,
    profile.tokenEndpoint.value,
    profile.identity.value.url,
    ...(revocation === 'none' ? [] : [revocation.endpoint]),
    ...profile.apiOrigins.map(({ value }) => value),
  ]
}

/** An address with something in the places of its placeholders. */
function fillIn(address: string, { placeholders }: ServiceProfile): string {
  return address.replaceAll(/<(\w+)>/g, (_all, name: string) => {
    if (name === 'clientId') return 'client'
    const { value } = placeholders[name] ?? {}
    return value ?? (address.startsWith('<') ? 'https://service.example/x' : 'filled-in')
  })
}

test('these services are known, by the name of their file', () => {
  expect(named.map(([name, { id }]) => [name, id])).toEqual([
    ['github', 'github'],
    ['gitlab', 'gitlab'],
    ['google', 'google'],
    ['microsoftGraph', 'microsoft-graph'],
    ['slack', 'slack'],
    ['atlassian', 'atlassian'],
    ['notion', 'notion'],
    ['linear', 'linear'],
    ['generic', 'generic'],
  ])
  expect(named.filter(([, { emulated }]) => emulated).map(([name]) => name)).toEqual([
    'github',
    'google',
  ])
})

test('profiles are data, without a function in them', () => {
  expect(structuredClone(services)).toEqual(services)
})

describe.each(named)('%s', (_name, profile) => {
  test('every value and every statement has a source on the web, or a reason', () => {
    const known = knownOf(profile)
    expect(known.length).toBeGreaterThanOrEqual(17)
    const unfounded = known.filter(([, one]) =>
      'source' in one ? 'unconfirmed' in one : one.unconfirmed.length < 10,
    )
    expect(unfounded).toEqual([])
    const wrong = sourcesOf(profile).filter(
      (source) => !URL.canParse(source) || new URL(source).protocol !== 'https:',
    )
    expect(wrong).toEqual([])
  })

  test('its addresses are https, with placeholders that it explains, and no others', () => {
    const addresses = addressesOf(profile)
    const used = addresses.flatMap((address) =>
      [...address.matchAll(/<(\w+)>/g)].map(([, name = '']) => name),
    )
    const explained = new Set(used.filter((name) => name !== 'clientId'))
    expect([...explained].toSorted()).toEqual(Object.keys(profile.placeholders).toSorted())
    for (const address of addresses) {
      const url = new URL(fillIn(address, profile))
      expect([address, url.protocol, url.search, url.hash]).toEqual([address, 'https:', '', ''])
    }
  })

  test('whose account it is, is asked where the token may go', () => {
    const origins = profile.apiOrigins.map(({ value }) => new URL(fillIn(value, profile)).origin)
    expect(origins).toContain(new URL(fillIn(profile.identity.value.url, profile)).origin)
  })

  test('scopes that it needs are single ones, and there are none where it has none', () => {
    const { scopes, refresh, identity } = profile
    const needed = [...refresh.scopes, ...identity.value.scopes]
    expect(needed.filter((scope) => !/^[\w.:/-]+$/.test(scope))).toEqual([])
    expect(scopes.value === 'none' && needed.length > 0).toBe(false)
    const separators = scopes.value === 'none' ? [] : [scopes.value.request, scopes.value.granted]
    expect(separators.filter((separator) => separator !== ' ' && separator !== ',')).toEqual([])
  })

  test('no parameter of the protocol itself is among its own', () => {
    const own = [
      ...Object.keys(profile.authorizationParameters.value),
      ...Object.keys(profile.optionalParameters),
    ]
    expect(own.filter((name) => PROTOCOL.has(name))).toEqual([])
  })

  test('a revocation says which tokens end, and where they stand', () => {
    const revocations = profile.revocation.value === 'none' ? [] : [profile.revocation.value]
    const wrong = revocations.filter(
      ({ tokens, parameter, body, authentication }) =>
        tokens.length === 0 ||
        (parameter === undefined) !== (body === 'none') ||
        (body === 'none' && authentication !== 'bearer'),
    )
    expect(wrong).toEqual([])
  })

  test('it has errors that need the user, five steps, and traps', () => {
    expect(profile.reconnectErrors.value.length).toBeGreaterThan(0)
    expect(profile.steps).toHaveLength(5)
    expect(profile.steps.join()).toContain('allback')
    expect(profile.traps.length).toBeGreaterThan(1)
  })
})

describe('what is easy to get wrong', () => {
  test('GitHub and Linear separate what is asked for and what is granted differently', () => {
    expect(services.github.scopes.value).toEqual({ request: ' ', granted: ',' })
    expect(services.linear.scopes.value).toEqual({ request: ',', granted: ' ' })
    expect(services.slack.scopes.value).toEqual({ request: ',', granted: ',' })
  })

  test('a service that is not known to have PKCE is not counted on for it', () => {
    const without = named.filter(([, { pkce }]) => pkce.value === 'none').map(([name]) => name)
    expect(without).toEqual(['slack', 'atlassian', 'notion'])
    const unconfirmed = named.filter(([, { pkce }]) => 'unconfirmed' in pkce)
    expect(unconfirmed.map(([, { pkce }]) => pkce.value)).toEqual(['none', 'none'])
  })

  test('where nobody says what becomes of a used refresh token, it counts as refused', () => {
    const unsaid = named.filter(([, { refresh }]) => 'unconfirmed' in refresh.reuse)
    expect(unsaid.map(([name, { refresh }]) => [name, refresh.reuse.value])).toEqual([
      ['notion', 'refused'],
      ['linear', 'refused'],
      ['generic', 'refused'],
    ])
  })
})
