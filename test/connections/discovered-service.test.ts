import { oauthService } from 'mcp-gatehouse/connections'
import { createScriptedBrowser, startKeycloak } from 'mcp-gatehouse/testing'
import { expect, onTestFinished, test } from 'vitest'
import { sendJson, startCannedService } from './canned-service.ts'
import { ALICE, createWorld, OWNER, oauthOf } from './world.ts'

const REDIRECT_URI = 'http://127.0.0.1:1/callback/upstream'

test('a service on oidc-provider, by its metadata: short tokens, rotation, RFC 7009, a fetch of our own', async () => {
  const provider = await startKeycloak({ rotatesRefreshTokens: true, accessTokenTtlSeconds: 4 })
  onTestFinished(() => provider.close())
  const { issuer, clientId, clientSecret } = provider
  // Its own UserInfo endpoint takes no tokens that are JWTs.
  const api = await startCannedService((_request, res) =>
    sendJson(res, { sub: '1', email: 'alice@example.com' }),
  )
  let requests = 0
  const world = createWorld({
    notes: oauthService({
      title: 'Notes',
      issuer,
      clientId,
      clientSecret,
      scopes: ['openid', 'email'],
      userInfoEndpoint: `${api.origin}/user`,
      accountName: 'email',
      apiOrigins: [new URL(issuer).origin],
      allowInsecureLoopback: true,
      fetch: (url, init) => {
        requests += 1
        return fetch(url, init)
      },
    }),
  })
  const service = oauthOf(world, 'notes')
  const started = await service.start({ redirectUri: REDIRECT_URI })
  if (!started.ok) throw new Error(JSON.stringify(started.failure))
  const { url, attempt } = started.value
  expect(attempt.codeVerifier).toMatch(/^[\w-]{43}$/)
  const user = { username: 'alice', password: 'wonderland' }
  const { searchParams } = await createScriptedBrowser().authorize(url, user)
  const finished = await service.finish({ parameters: searchParams, attempt })
  if (!finished.ok) throw new Error(JSON.stringify(finished.failure))
  const { tokens, account } = finished.value
  expect(account.name).toBe('alice@example.com')
  expect(requests).toBeGreaterThan(2)

  await world.core.vault.save(OWNER, 'notes', { kind: 'oauth', tokens, account, clientId: 'c' })
  const given = new Set<string>()
  for (let generation = 0; generation < 2; generation += 1) {
    await new Promise((resolve) => setTimeout(resolve, 2_500))
    given.add(await (await world.api.get(ALICE, 'notes')).accessToken())
  }
  expect(given.size).toBe(2)
  expect(await world.api.disconnect(ALICE, 'notes')).toEqual({
    service: 'notes',
    atService: 'revoked',
  })
  expect(provider.requests.filter((line) => line.includes('/revoke'))).not.toEqual([])
})
