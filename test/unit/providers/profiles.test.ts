import { PROVIDER_PROFILES, type ProviderProfile } from 'mcp-gatehouse/providers'
import { describe, expect, test } from 'vitest'

const CAPABILITIES = [
  'registration',
  'clientIdDocuments',
  'resourceIndicators',
  'pkceAdvertised',
  'revocation',
] as const

const named = PROVIDER_PROFILES.map((profile) => [profile.id, profile] as const)

function sourcesOf(profile: ProviderProfile): readonly string[] {
  const facts = [profile.audience, ...profile.refresh, ...profile.traps]
  const capabilities = CAPABILITIES.map((name) => profile[name])
  return [
    ...facts.map(({ source }) => source),
    ...capabilities.flatMap((one) => ('source' in one ? [one.source] : [])),
  ]
}

test('these providers are known, and eight of them are emulated', () => {
  expect(named.map(([id]) => id)).toEqual([
    'keycloak',
    'auth0',
    'okta',
    'entra',
    'google',
    'github',
    'cognito',
    'scalekit',
    'logto',
    'asgardeo',
    'wso2',
    'duende',
    'oidc',
    'oauth',
  ])
  const emulated = PROVIDER_PROFILES.filter((profile) => profile.emulated)
  expect(emulated.map(({ id }) => id)).toEqual(named.slice(0, 8).map(([id]) => id))
})

describe.each(named)('%s', (_id, profile) => {
  test('every statement has a source on the web', () => {
    const wrong = sourcesOf(profile).filter(
      (source) => !URL.canParse(source) || new URL(source).protocol !== 'https:',
    )
    expect(wrong).toEqual([])
  })

  test('what is not confirmed has a reason, and what is has a source', () => {
    for (const name of CAPABILITIES) {
      const capability = profile[name]
      expect([name, capability.text.length > 3]).toEqual([name, true])
      expect([name, 'source' in capability]).toEqual([
        name,
        !['unconfirmed', 'varies'].includes(capability.supported),
      ])
    }
  })

  test('it has five steps with its redirect URI, and traps', () => {
    expect(profile.steps).toHaveLength(5)
    expect(profile.steps.join()).toContain(`https://auth.example.com/callback/${profile.id}\``)
    expect(profile.traps.length).toBeGreaterThan(1)
    expect(profile.refresh.length).toBeGreaterThan(0)
  })

  test('its access tokens can be accepted, or it says that they are opaque', () => {
    expect(profile.directSteps === undefined).toBe(profile.tokens === 'opaque')
  })
})
