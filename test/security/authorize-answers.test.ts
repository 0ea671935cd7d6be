import { afterAll, beforeAll, expect, test } from 'vitest'
import { buildClientRedirect } from '../../src/oauth/client-redirect.ts'
import {
  createRecordingBrowser,
  expectCallback,
  expectPage,
} from '../authorization-server/user-agent.ts'
import { type AsWorld, startAuthorizationServer } from '../authorization-server/world.ts'
import { createAuthorizationRequest, register } from '../testing/flow.ts'

const REDIRECT_URI = 'http://127.0.0.1:9/cb?flag&sig=%FF%FE&iss=t'

let world: AsWorld
let clientId: string

beforeAll(async () => {
  world = await startAuthorizationServer()
  const { client } = await register(world.issuer, {
    application_type: 'native',
    redirect_uris: [REDIRECT_URI],
  })
  clientId = String(client['client_id'])
})

afterAll(() => world.close())

const request = (parameters = {}) =>
  createAuthorizationRequest(world.issuer, clientId, { redirect_uri: REDIRECT_URI, ...parameters })

test('SEC-117 AS-18 success keeps the bytes of the redirect URI and has one iss, ours', async () => {
  const { browser, answers } = createRecordingBrowser()
  await browser.authorize(request().url, { username: 'alice', password: 'wonderland' })
  const location = answers.at(-1)?.headers.get('location') ?? ''
  expect(location).toMatch(
    /^http:\/\/127\.0\.0\.1:9\/cb\?flag&sig=%FF%FE&code=[\w-]+&state=opaque&iss=/,
  )
  expect(new URL(location).searchParams.getAll('iss')).toEqual([world.issuer])
})

test('SEC-117 AS-18 a denial keeps them too', async () => {
  const { browser, answers } = createRecordingBrowser()
  const consent = expectPage(await browser.open(request().url))
  expectCallback(await browser.submit(consent, { button: 'Deny' }))
  const location = answers.at(-1)?.headers.get('location') ?? ''
  expect(location).toMatch(/\/cb\?flag&sig=%FF%FE&error=access_denied&/)
  expect(new URL(location).searchParams.getAll('iss')).toEqual([world.issuer])
})

test('SEC-117 an error keeps them too', async () => {
  const answer = await fetch(request({ scope: '*' }).url, { redirect: 'manual' })
  expect(answer.headers.get('location')).toMatch(/\/cb\?flag&sig=%FF%FE&error=invalid_scope&/)
})

test.each([
  ['https://app/cb', 'https://app/cb?code=1'],
  ['https://app/cb?', 'https://app/cb?code=1'],
  ['https://app/cb?a=b', 'https://app/cb?a=b&code=1'],
  ['https://app/cb?c%6Fde=x&a=?', 'https://app/cb?a=?&code=1'],
  ['com.example:/cb', 'com.example:/cb?code=1'],
])('SEC-117 %s becomes %s', (redirectUri, expected) => {
  expect(buildClientRedirect(redirectUri, [['code', '1']])).toBe(expected)
})
