import type { OidcUpstreamOptions } from 'mcp-gatehouse/authorization-server'
import { createScriptedBrowser, startKeycloak } from 'mcp-gatehouse/testing'
import { expect, onTestFinished, test } from 'vitest'
import { ALICE, createAuthorizationRequest, register } from '../testing/flow.ts'
import { startAuthorizationServer } from './world.ts'

const NOT_ACCEPTED = 'The identity provider does not accept this server.'
const NOT_REACHED = 'The identity provider cannot be reached at the moment.'

/** What somebody configured wrongly. */
type Mistake = (upstream: OidcUpstreamOptions) => Partial<OidcUpstreamOptions>

const FAILURES: readonly (readonly [reason: string, page: string, mistake: Mistake])[] = [
  ['invalid_client', NOT_ACCEPTED, () => ({ clientSecret: 'of last year' })],
  ['ERR_UPSTREAM_ISSUER_MISMATCH', NOT_ACCEPTED, ({ issuer }) => ({ issuer: `${issuer}/` })],
  ['ERR_UPSTREAM_METADATA_NOT_FOUND', NOT_ACCEPTED, ({ issuer }) => ({ issuer: `${issuer}/x` })],
  ['unavailable', NOT_REACHED, () => ({ issuer: 'http://127.0.0.1:9' })],
]

test.each(FAILURES)(
  'the event of a failed sign-in says %s, and the page only whose fault it is',
  async (reason, page, mistake) => {
    const keycloak = await startKeycloak()
    onTestFinished(() => keycloak.close())
    const { issuer, clientId, clientSecret } = keycloak
    const upstream = { issuer, clientId, clientSecret, allowInsecureLoopback: true }
    const world = await startAuthorizationServer({
      options: () => ({ users: undefined, upstream: { ...upstream, ...mistake(upstream) } }),
    })
    onTestFinished(() => world.close())
    const { client } = await register(world.issuer)
    const { url } = createAuthorizationRequest(world.issuer, String(client['client_id']))
    await expect(createScriptedBrowser().authorize(url, ALICE)).rejects.toThrow(page)
    const failed = world.events.find(({ type }) => type === 'sign_in.failed')
    expect(failed).toMatchObject({ upstream: 'upstream', reason })
  },
)
