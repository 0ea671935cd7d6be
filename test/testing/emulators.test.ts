import { request } from 'node:http'
import { ConfigError } from 'mcp-gatehouse'
import {
  type EmulatedProvider,
  type EmulatorOptions,
  startAuth0,
  startCognito,
  startEntra,
  startGithub,
  startGoogle,
  startKeycloak,
  startOkta,
  startScalekit,
} from 'mcp-gatehouse/testing'
import { describe, expect, onTestFinished, test } from 'vitest'

const EMULATORS: Readonly<
  Record<string, (options?: EmulatorOptions) => Promise<EmulatedProvider>>
> = {
  startAuth0,
  startCognito,
  startEntra,
  startGithub,
  startGoogle,
  startKeycloak,
  startOkta,
  startScalekit,
}

async function open<Provider extends EmulatedProvider>(
  starting: Promise<Provider>,
): Promise<Provider> {
  const provider = await starting
  onTestFinished(() => provider.close())
  return provider
}

/** Asks under a name of one's own choice, which `fetch` does not let. */
async function statusFor(url: URL, host: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    request(url, { headers: { host } }, (answer) => {
      answer.resume()
      resolve(answer.statusCode)
    })
      .on('error', reject)
      .end()
  })
}

describe.each(Object.entries(EMULATORS))('%s', (_name, start) => {
  test('listens on a loopback address, and not for names that resolve to it', async () => {
    const { issuer, requests } = await open(start())
    const url = new URL(issuer)
    expect(url.hostname).toBe('127.0.0.1')
    expect(await statusFor(url, `rebound.example.com:${url.port}`)).toBe(403)
    expect(requests).toEqual([])
    expect(await statusFor(url, url.host)).not.toBe(403)
  })

  test('gives tokens to whoever signs in, and to nobody with a wrong password', async () => {
    const alice = { password: 'wonderland', sub: '1', claims: {} }
    const provider = await open(start({ users: { alice } }))
    expect(await provider.obtainTokens()).toMatchObject({
      access_token: expect.any(String) as string,
      token_type: expect.stringMatching(/^bearer$/i) as string,
    })
    await expect(provider.obtainTokens({ username: 'mallory' })).rejects.toThrow('Sign in')
  })

  test('plays an outage and comes back', async () => {
    const provider = await open(start())
    const url = provider.issuer
    const usual = (await fetch(url)).status
    provider.intercept = (_req, res) => {
      res.writeHead(503).end()
      return true
    }
    expect((await fetch(url)).status).toBe(503)
    provider.intercept = undefined
    expect((await fetch(url)).status).toBe(usual)
  })

  test('is gone after close', async () => {
    const provider = await start()
    await provider.close()
    await expect(fetch(provider.issuer)).rejects.toThrow('fetch failed')
  })
})

test('a token for somebody who does not exist is a mistake', async () => {
  const google = await open(startGoogle())
  const error: unknown = await google.issueToken({ username: 'toString' }).catch((e: unknown) => e)
  expect(error).toBeInstanceOf(ConfigError)
})

test('the users of a test are those who have tokens', async () => {
  const carol = { password: 'secret', sub: '42', claims: { email: 'carol@example.com' } }
  const google = await open(startGoogle({ users: { carol } }))
  const token = await google.issueToken({ username: 'carol' })
  const headers = { authorization: `Bearer ${token}` }
  const answer = await fetch(google.tokenInfoEndpoint, { method: 'POST', headers })
  expect(await answer.json()).toMatchObject({ sub: '42', aud: google.clientId })
})
