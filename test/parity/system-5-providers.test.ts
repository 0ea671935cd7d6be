import { existsSync } from 'node:fs'
import { checkServerMetadata, fetchServerMetadata, type ResourceServerOptions } from 'mcp-gatehouse'
import { google, PROVIDER_PROFILES } from 'mcp-gatehouse/providers'
import type { EmulatedProvider } from 'mcp-gatehouse/testing'
import { startAuth0, startGithub, startGoogle, startKeycloak } from 'mcp-gatehouse/testing'
import { userinfoVerifier } from 'mcp-gatehouse/verifiers'
import { expect, test } from 'vitest'
import { accessTokenOf, clientOf } from '../providers/gate-world.ts'
import { closeLater, openWorld } from './world.ts'

// mcp-auth: its list of providers, and its sample for tokens that only the provider can read.

/** The list, and the profile for each; Descope is described by its metadata alone. */
const LIST = {
  Logto: 'logto',
  Keycloak: 'keycloak',
  Asgardeo: 'asgardeo',
  'WSO2 Identity Server': 'wso2',
  Auth0: 'auth0',
  Descope: 'oidc',
}

test('system 5: the list of providers, and what each of them lacks', async () => {
  const profiles = Object.values(LIST).map((id) => PROVIDER_PROFILES.find((one) => one.id === id))
  for (const profile of profiles) {
    expect(existsSync(`docs/providers/${profile?.id}.md`)).toBe(true)
    expect(profile?.registration.text).toBeTruthy()
  }
  // "DCR lacks CORS", as that list says of Keycloak.
  const keycloakTraps = profiles[1]?.traps.map(({ text }) => text)
  expect(keycloakTraps).toContainEqual(expect.stringContaining('Allowed Registration Web Origins'))

  const warnings = async (starting: Promise<EmulatedProvider>) => {
    const { issuer } = closeLater(await starting)
    const metadata = await fetchServerMetadata(issuer, { allowInsecureLoopback: true })
    const report = checkServerMetadata(metadata, { issuer })
    expect(report.errors).toEqual([])
    return report.warnings.map(({ code }) => code)
  }
  expect(await warnings(startKeycloak())).toEqual(['registration'])
  expect(await warnings(startAuth0())).toEqual(['registration', 'iss_parameter'])
})

test('system 5: the sample whoami, which asks the userinfo endpoint about opaque tokens', async () => {
  const provider = closeLater(await startGoogle())
  const { issuer, clientId, tokenInfoEndpoint, requests } = provider
  const world = await openWhoami(issuer, clientId, {
    verifier: userinfoVerifier({
      provider: 'generic',
      issuer,
      userinfoEndpoint: `${issuer}/v1/userinfo`,
      audience: clientId,
      // The sample takes any token that the endpoint answers for, whoever it was issued to.
      provesAudience: async (_claims, token) => {
        const headers = { authorization: `Bearer ${token}` }
        const answer = await fetch(tokenInfoEndpoint, { method: 'POST', headers })
        return ((await answer.json()) as { readonly aud?: string }).aud === clientId
      },
      allowInsecureLoopback: true,
    }),
  })
  const token = await accessTokenOf({ ...google(clientOf(provider)), issuer })
  expect(token.split('.')).toHaveLength(1)
  expect(JSON.parse(await world.callTool(token, 'whoami'))).toMatchObject({
    id: JSON.stringify([issuer, null, 'user', provider.users['alice']?.sub]),
    name: 'Alice Liddell',
    email: 'alice@example.com',
  })
  expect(requests).toContain('GET /v1/userinfo')
  expect((await world.ping('guessed')).status).toBe(401)
})

test('system 5: the sample whoami, closed to tokens of other clients', async () => {
  const provider = closeLater(await startGithub())
  const { clientId, clientSecret, apiUrl, issuer, userInfoEndpoint } = provider
  const options = { provider: 'github', clientId, clientSecret, apiUrl, issuer } as const
  const world = await openWhoami(issuer, clientId, {
    verifier: userinfoVerifier({ ...options, allowInsecureLoopback: true }),
  })
  const own = await provider.issueToken()
  expect(JSON.parse(await world.callTool(own, 'whoami'))).toMatchObject({
    id: JSON.stringify([issuer, null, 'user', provider.users['alice']?.sub]),
    scopes: ['read:user'],
  })
  const foreign = await provider.issueToken({ foreign: true })
  const headers = { authorization: `Bearer ${foreign}` }
  expect((await fetch(userInfoEndpoint, { headers })).status).toBe(200)
  expect((await world.ping(foreign)).status).toBe(401)
  expect(world.reasons()).toEqual(['inactive'])
})

/** The sample: one tool, which says who calls, for tokens of one client of a provider. */
function openWhoami(issuer: string, audience: string, options: Partial<ResourceServerOptions>) {
  return openWorld({
    options: () => ({ authorizationServers: [{ issuer, audience }], ...options }),
  })
}
