import { createServer, type Server } from 'node:http'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { close, listen } from '../../src/testing/loopback-server.ts'
import { createAuthorizationRequest, register } from '../testing/flow.ts'
import { ask } from './user-agent.ts'
import { type AsWorld, startAuthorizationServer } from './world.ts'

let world: AsWorld
let clientId: string
/** Takes heads of any length, as a server of somebody else may. */
let http: Server
let address: string

beforeAll(async () => {
  world = await startAuthorizationServer()
  clientId = String((await register(world.issuer)).client['client_id'])
  const { handler } = world.server
  http = createServer({ maxHeaderSize: 1_048_576 }, (req, res) => void handler(req, res))
  address = `http://127.0.0.1:${await listen(http, 0, '127.0.0.1')}`
})

afterAll(() => Promise.all([close(http), world.close()]))

const NAMES = [
  'acr_values',
  'claims',
  'client_id',
  'code_challenge',
  'code_challenge_method',
  'nonce',
  'prompt',
  'redirect_uri',
  'request_uri',
  'resource',
  'response_mode',
  'response_type',
  'scope',
  'ui_locales',
]

const urlWith = (name: string, value: string): URL => {
  const { pathname, search } = createAuthorizationRequest(address, clientId, { [name]: value }).url
  return new URL(pathname + search, address)
}

test.each(NAMES)('%s of 11 KB is quoted neither on a page nor to the client', async (name) => {
  const answer = await ask(urlWith(name, 'x'.repeat(11_000)))
  expect([303, 400]).toContain(answer.status)
  const description = new URL(answer.headers.get('location') ?? '/', address).searchParams.get(
    'error_description',
  )
  expect(description ?? '').not.toContain('xxx')
  expect(await answer.text()).not.toContain('x'.repeat(301))
})

test.each([...NAMES, 'x'])('%s of 100 KB is a page that does not quote it', async (name) => {
  const answer = await ask(urlWith(name, 'x'.repeat(100_000)))
  expect([answer.status, answer.headers.get('location')]).toEqual([400, null])
  const page = await answer.text()
  expect(page).toContain('The request is too long.')
  expect(page).not.toContain('xxx')
})
