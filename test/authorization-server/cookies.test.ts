import { expect, test } from 'vitest'
import { createAuthorizationRequest, register } from '../testing/flow.ts'
import { ask } from './user-agent.ts'
import { startAuthorizationServer } from './world.ts'

test('AS-12 AS-17 SEC-170 behind TLS cookies are Secure, HttpOnly, Lax and of this host alone', async () => {
  let address = ''
  const world = await startAuthorizationServer({
    issuer: (listening) => {
      address = listening
      return listening.replace('http:', 'https:')
    },
  })
  try {
    const metadata = await (await fetch(`${address}/.well-known/oauth-authorization-server`)).json()
    expect(metadata).toMatchObject({ token_endpoint: `${world.issuer}/token` })
    const { client } = await register(address, { application_type: 'native' })
    const { url } = createAuthorizationRequest(address, String(client['client_id']))
    const start = await ask(url)
    const lines = start.headers.getSetCookie()
    expect(lines.length).toBeGreaterThan(0)
    for (const line of lines) {
      expect(line).toMatch(/^__(?:Host|Secure)-gatehouse-/)
      expect(line.toLowerCase()).toMatch(/; secure/)
      expect(line.toLowerCase()).toMatch(/; httponly/)
      expect(line.toLowerCase()).toMatch(/; samesite=lax/)
      expect(line.toLowerCase()).not.toContain('domain=')
    }
    const hostOnly = lines.filter((line) => line.startsWith('__Host-'))
    expect(hostOnly.filter((line) => !/; path=\/(?:;|$)/i.test(line))).toEqual([])
    // A cookie under the plain name, which any host of the domain could plant, is not looked at.
    const planted = lines
      .map((line) => (line.split(';')[0] ?? '').replace(/^__\w+-/, ''))
      .join('; ')
    const page = await ask(new URL(start.headers.get('location') ?? '', address), {
      headers: { cookie: planted },
    })
    expect(page.status).toBe(404)
  } finally {
    await world.close()
  }
})
