import { readdirSync, readFileSync } from 'node:fs'
import type { Principal } from 'mcp-gatehouse'
import {
  type AuthorizationServer,
  createAuthorizationServer,
  type UpstreamOptions,
} from 'mcp-gatehouse/authorization-server'
import { PROVIDER_PROFILES } from 'mcp-gatehouse/providers'
import { memory } from 'mcp-gatehouse/storage'
import {
  type EmulatedProvider,
  startAuth0,
  startCognito,
  startEntra,
  startGithub,
  startGoogle,
  startKeycloak,
  startOkta,
  startScalekit,
} from 'mcp-gatehouse/testing'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { newRing } from '../authorization-server/world.ts'
import { throughOurServer } from '../providers/gate-world.ts'

const NAMES = namesIn('examples/providers')
const DIRECT = namesIn('examples/providers/direct')
const SECRET = 'a secret of the provider'
const DAY_SECONDS = 86_400

afterEach(() => {
  vi.unstubAllEnvs()
  vi.resetModules()
})

function namesIn(folder: string): readonly string[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.ts'))
    .map((file) => file.replace(/\.ts$/, ''))
}

/** The object of the page, read as a process with these variables reads it. */
async function upstreamOf(name: string, secret?: string): Promise<UpstreamOptions> {
  vi.stubEnv(`${name.toUpperCase()}_CLIENT_SECRET`, secret)
  const module = (await import(`../../examples/providers/${name}.ts`)) as {
    readonly upstream: UpstreamOptions
  }
  return module.upstream
}

async function keys() {
  return { signing: await newRing('signing'), cookies: await newRing('cookies') }
}

async function create(upstream: UpstreamOptions): Promise<AuthorizationServer> {
  return createAuthorizationServer({
    issuer: 'https://auth.example.com',
    resources: ['https://mcp.example.com/mcp'],
    upstream,
    storage: memory(),
    keys: await keys(),
  })
}

test('every provider has an object, and all but those with opaque tokens a resource server', () => {
  expect(NAMES.toSorted()).toEqual(PROVIDER_PROFILES.map(({ id }) => id).toSorted())
  const accepted = PROVIDER_PROFILES.filter(({ tokens }) => tokens !== 'opaque')
  expect(DIRECT.toSorted()).toEqual(accepted.map(({ id }) => id).toSorted())
})

test.each(DIRECT)('the resource server for %s is created', async (name) => {
  const module = (await import(`../../examples/providers/direct/${name}.ts`)) as {
    readonly gatehouse: unknown
  }
  expect(module.gatehouse).toHaveProperty('protect')
})

describe.each(NAMES)('%s', (name) => {
  test('its object is taken, and refused at start where the secret is not set', async () => {
    const upstream = await upstreamOf(name, SECRET)
    expect(upstream.name).toBe(name)
    await expect(create(upstream)).resolves.toMatchObject({ issuer: 'https://auth.example.com' })
    vi.resetModules()
    await expect(create(await upstreamOf(name))).rejects.toMatchObject({
      code: 'ERR_CONFIG_NOT_A_STRING',
      message: expect.stringContaining('upstream.clientSecret'),
    })
  })

  test('its page has five steps, its redirect URI and its variable', () => {
    const page = readFileSync(`docs/providers/${name}.md`, 'utf8')
    expect(page.match(/^\d(?=\. )/gm)).toEqual(['1', '2', '3', '4', '5'])
    expect(page).toContain(`\`https://auth.example.com/callback/${name}\``)
    expect(page).toContain(`\`${name.toUpperCase()}_CLIENT_SECRET\``)
    for (const heading of ['**You', '**Refresh tokens', '## Traps']) expect(page).toContain(heading)
  })
})

type Start = (options: { readonly redirectUris: readonly string[] }) => Promise<EmulatedProvider>

const EMULATED: readonly (readonly [name: string, start: Start, facts: Partial<Principal>])[] = [
  [
    'entra',
    startEntra,
    { tenant: '9f2b3c4d-1111-4222-8333-444455556666', roles: new Set(['Tools.Admin']) },
  ],
  ['google', startGoogle, { tenant: 'example.com' }],
  ['github', (options) => startGithub({ ...options, expires: true }), { tenant: undefined }],
  ['keycloak', startKeycloak, { roles: new Set(['admin', 'user']) }],
  ['auth0', startAuth0, { tenant: 'org_9ybsU1dN2dKfDkBi' }],
  ['okta', startOkta, { tenant: undefined }],
  ['cognito', startCognito, { roles: new Set(['editors']) }],
]

/** Without `offline_access` in its object, as nobody who is shown it needs an API to be called. */
const SIGN_IN_ONLY: typeof EMULATED = [['scalekit', startScalekit, { tenant: 'org_123456789' }]]

/** Where the emulator is, instead of the provider. */
function at(upstream: UpstreamOptions, provider: EmulatedProvider): UpstreamOptions {
  const move = (url: string): string =>
    url.replace(/^https:\/\/[^/]+/, new URL(provider.issuer).origin)
  const { clientId, clientSecret, issuer } = provider
  const moved = { clientId, clientSecret, issuer, allowInsecureLoopback: true }
  if (upstream.kind !== 'oauth') return { ...upstream, ...moved }
  return {
    ...upstream,
    ...moved,
    authorizationEndpoint: move(upstream.authorizationEndpoint),
    tokenEndpoint: move(upstream.tokenEndpoint),
    userInfoEndpoint: move(upstream.userInfoEndpoint),
  }
}

test.each([...EMULATED, ...SIGN_IN_ONLY])(
  'with the object for %s, users sign in, and tools get tokens of the provider a day later',
  async (name, start, facts) => {
    let later = 0
    const clock = {
      now: () => Math.floor(Date.now() / 1_000) + later,
      elapsed: () => performance.now(),
    }
    const upstream = await upstreamOf(name, SECRET)
    const signedIn = await throughOurServer(
      start,
      (provider) => at(upstream, provider),
      name,
      clock,
    )
    const { server, principal, upstreamToken } = signedIn
    expect(principal).toMatchObject({ ...facts, claims: { name: 'Alice Liddell' } })

    if (SIGN_IN_ONLY.some(([other]) => other === name)) return
    later = DAY_SECONDS
    const renewed = await server.upstreamToken(principal)
    expect(renewed.accessToken).not.toBe(upstreamToken)
  },
)
