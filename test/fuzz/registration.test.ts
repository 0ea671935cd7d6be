import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type AsWorld, startAuthorizationServer } from '../authorization-server/world.ts'
import { expectPristinePrototype } from '../security/support/token-gate.ts'
import { anyMetadata, expectSafeMetadata } from './client-metadata.ts'
import * as fc from './fast-check.ts'
import { RUNS } from './runs.ts'

// RFC 7591 §3.2.2
const ERRORS = ['invalid_client_metadata', 'invalid_redirect_uri']

describe('a registration', () => {
  let world: AsWorld
  beforeAll(async () => {
    world = await startAuthorizationServer({
      options: () => ({
        registration: { maxPerHour: 1_000, maxClients: 1_000_000 },
        trustedProxyHops: 1,
      }),
    })
  })
  afterAll(() => world.close())

  let sent = 0
  /** A thousand from each address, so that no limit is reached. */
  function register(body: BodyInit, type = 'application/json'): Promise<Response> {
    sent += 1
    const headers = {
      'content-type': type,
      'x-forwarded-for': `192.0.2.${Math.floor(sent / 1_000)}`,
    }
    return fetch(`${world.issuer}/register`, { method: 'POST', body, headers })
  }

  test('is refused in the words of RFC 7591, or the client is what it said and nothing more', async () => {
    const seen = new Map<number, number>()
    await fc.assert(
      fc.asyncProperty(anyMetadata, async (metadata) => {
        const answer = await register(JSON.stringify(metadata))
        seen.set(answer.status, (seen.get(answer.status) ?? 0) + 1)
        expect(answer.headers.get('cache-control')).toBe('no-store')
        const body = (await answer.json()) as Readonly<Record<string, unknown>>
        expect([undefined, ...ERRORS]).toContain(body['error'])
        expect(answer.status).toBe(body['error'] === undefined ? 201 : 400)
        if (answer.status === 400) return
        const { client_secret: secret, client_secret_expires_at: end, ...client } = body
        expect(secret !== undefined).toBe(
          String(client['token_endpoint_auth_method']).startsWith('client_secret'),
        )
        expect(secret === undefined || typeof end === 'number').toBe(true)
        expectSafeMetadata(client, metadata)
      }),
      RUNS,
    )
    expect([...seen.keys()].toSorted((a, b) => a - b)).toEqual([201, 400])
    expectPristinePrototype()
  })

  test('of any bytes and type is refused', async () => {
    const type = fc.constantFrom(
      'application/json',
      'application/json; charset=utf-8',
      'text/plain',
      'application/jsonp',
    )
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.uint8Array().map((bytes) => new Uint8Array(bytes)),
          fc.json(),
        ),
        type,
        async (body, said) => {
          const answer = await register(body, said)
          expect(answer.status).toBe(400)
          expect(await answer.json()).toMatchObject({
            error: expect.stringMatching(/^invalid_(?:client_metadata|redirect_uri)$/),
          })
        },
      ),
      RUNS,
    )
  })
})
