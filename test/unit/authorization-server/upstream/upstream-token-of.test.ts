import { memory } from 'mcp-gatehouse/storage'
import { createPrincipal } from 'mcp-gatehouse/testing'
import { expect, test } from 'vitest'
import { createUpstreamTokenOf } from '../../../../src/authorization-server/upstream/upstream-token-of.ts'
import { createUpstreamTokens } from '../../../../src/authorization-server/upstream/upstream-tokens.ts'
import { createUpstream } from '../../../../src/oauth-client/create-upstream.ts'

const ISSUER = 'https://mcp.example.com'

test('the token is of the account that our own issuer names, at whichever upstream it is', async () => {
  const upstreams = ['one', 'two'].map((name) =>
    createUpstream({ name, issuer: `https://${name}.example`, clientId: 'gatehouse' }),
  )
  const emit = (): undefined => undefined
  const vault = createUpstreamTokens({ storage: memory(), tenant: ISSUER, upstreams, emit })
  await vault.save(
    { accountId: 'account', upstream: 'two', subject: 'alice' },
    { accessToken: 'at', refreshToken: undefined, scopes: ['a'], expiresInSeconds: undefined },
  )
  const tokenOf = createUpstreamTokenOf(vault, { issuer: ISSUER, upstreams })
  const caller = (iss: string, sub: string | undefined) =>
    createPrincipal({ sub, client_id: 'client' }, iss)
  expect(await tokenOf(caller(ISSUER, 'account'))).toMatchObject({ accessToken: 'at' })
  for (const other of [
    caller(ISSUER, 'other'),
    caller('https://evil.example', 'account'),
    caller(`${ISSUER}/`, 'account'),
    caller(ISSUER, undefined),
    createPrincipal({ sub: 'account', client_id: 'account' }, ISSUER),
  ]) {
    await expect(tokenOf(other)).rejects.toMatchObject({ code: 'ERR_UPSTREAM_SIGN_IN_NEEDED' })
  }
})
