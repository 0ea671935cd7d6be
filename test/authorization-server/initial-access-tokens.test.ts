import { describe, expect, onTestFinished, test } from 'vitest'
import { inviteClient } from '../../examples/recipes/initial-access-token.ts'
import { REDIRECT_URI, register } from '../testing/flow.ts'
import { type AsWorld, startAuthorizationServer } from './world.ts'

async function start(registration: 'loopback' | 'off' | 'open' | 'token'): Promise<AsWorld> {
  const world = await startAuthorizationServer({ options: () => ({ registration }) })
  onTestFinished(() => world.close())
  return world
}

async function registerWith(issuer: string, token: string): Promise<number> {
  const answer = await fetch(`${issuer}/register`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({ redirect_uris: [REDIRECT_URI], token_endpoint_auth_method: 'none' }),
  })
  return answer.status
}

describe('SEC-215 an initial access token', () => {
  test('is issued by the running server, and is needed', async () => {
    const { issuer, server } = await start('token')
    expect((await register(issuer)).status).toBe(401)
    const token = await inviteClient(server)
    expect(await registerWith(issuer, token)).toBe(201)
    expect(await registerWith(issuer, `${token}x`)).toBe(401)
  })

  test('is revoked, once, and the others stay', async () => {
    const { issuer, server } = await start('token')
    const [token, other] = [await inviteClient(server), await inviteClient(server)]
    expect(await server.initialAccessTokens?.revoke(token)).toBe(true)
    expect(await server.initialAccessTokens?.revoke(token)).toBe(false)
    expect([await registerWith(issuer, token), await registerWith(issuer, other)]).toEqual([
      401, 201,
    ])
  })

  test.each([
    ['no lifetime', {}, 'ERR_CONFIG_OPTION_TYPE'],
    ['a lifetime of more than a year', { ttlSeconds: 31_536_001 }, 'ERR_CONFIG_NUMBER_RANGE'],
    ['a misspelt option', { ttlSeconds: 60, grantType: [] }, 'ERR_CONFIG_OPTION_UNKNOWN'],
    [
      'one grant type that is no list',
      { ttlSeconds: 60, grantTypes: 'x' },
      'ERR_CONFIG_OPTION_TYPE',
    ],
  ])('is not issued with %s', async (_title, options, code) => {
    const { server } = await start('token')
    const issued = server.initialAccessTokens?.issue(options as { readonly ttlSeconds: number })
    await expect(issued).rejects.toMatchObject({ code })
  })

  test.each(['open', 'loopback', 'off'] as const)(
    'is nothing that a server has whose registration is %s',
    async (registration) => {
      const { server } = await start(registration)
      expect(server.initialAccessTokens).toBeUndefined()
      await expect(inviteClient(server)).rejects.toThrow("registration: 'token'")
    },
  )
})
