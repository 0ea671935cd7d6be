import { createResourceServer } from 'mcp-gatehouse'
import { equal } from './assert.ts'
import { call, createWorld, METADATA_URL, refusalOf, wireOf } from './gatehouse.ts'
import { createIssuer, ISSUER, RESOURCE } from './issuer.ts'
import type { SuiteCase } from './suite-case.ts'

// Edge runtimes refuse network, timers and randomness while a module loads.
const createdWhileLoading = createResourceServer({
  resource: RESOURCE,
  authorizationServers: [ISSUER],
  requiredScopes: ['notes:read'],
})

const CHALLENGE = `resource_metadata="${METADATA_URL}", scope="notes:read"`

/** What the gate answers itself, without a valid token. */
export const ANSWERS: readonly SuiteCase[] = [
  {
    title: 'SEC-385 metadata (RFC 9728) of a resource server that was created while loading',
    async run() {
      const answer = await createdWhileLoading.metadata(new Request(METADATA_URL))
      equal(answer?.status, 200)
      equal(answer?.headers.get('content-type'), 'application/json')
      equal(answer?.headers.get('cache-control'), 'public, max-age=3600')
      equal(answer?.headers.get('access-control-allow-origin'), '*')
      equal(await answer?.json(), {
        resource: RESOURCE,
        authorization_servers: [ISSUER],
        bearer_methods_supported: ['header'],
        scopes_supported: ['notes:read'],
      })
    },
  },
  {
    title: 'SEC-385 no credentials: a bare challenge',
    async run() {
      const world = createWorld(await createIssuer())
      const answer = await refusalOf(world, call(undefined))
      equal(await wireOf(answer), {
        status: 401,
        challenge: `Bearer ${CHALLENGE}`,
        body: {
          message:
            'This MCP server needs an access token. An MCP client finds out at resource_metadata how to get one.',
          resource_metadata: METADATA_URL,
        },
      })
    },
  },
  ...['Bearer', 'Bearer a b', 'Bearer a, Bearer b'].map((authorization) => ({
    title: `SEC-385 malformed credentials (${authorization}): invalid_request`,
    async run() {
      const world = createWorld(await createIssuer())
      const answer = await refusalOf(world, call(undefined, { Authorization: authorization }))
      const error_description =
        'Send one Authorization header field with one bearer token, and the token nowhere else.'
      equal(await wireOf(answer), {
        status: 400,
        challenge: `Bearer error="invalid_request", error_description="${error_description}", ${CHALLENGE}`,
        body: { error: 'invalid_request', error_description },
      })
    },
  })),
  {
    title: 'SEC-385 the preflight of an allowed origin',
    async run() {
      const origin = 'https://app.example.com'
      const world = createWorld(await createIssuer(), { allowedOrigins: [origin] })
      const request = new Request(RESOURCE, {
        method: 'OPTIONS',
        headers: { Origin: origin, 'Access-Control-Request-Method': 'POST' },
      })
      const { status, headers } = await refusalOf(world, request)
      equal(
        [status, headers.get('access-control-allow-origin'), headers.get('vary')],
        [204, origin, 'Origin, Access-Control-Request-Headers'],
      )
      equal(headers.get('access-control-allow-methods'), 'GET, POST, DELETE, OPTIONS')
    },
  },
  {
    title: 'SEC-385 a page of another origin is refused',
    async run() {
      const world = createWorld(await createIssuer())
      const answer = await refusalOf(world, call(undefined, { Origin: 'https://evil.example' }))
      equal([answer.status, world.reasons], [403, ['origin']])
    },
  },
  {
    title: 'SEC-385 an issuer that cannot be reached: 503, and the token is not called invalid',
    async run() {
      const issuer = await createIssuer()
      const fetch = (): Promise<Response> => Promise.reject(new TypeError('fetch failed'))
      const world = createWorld(issuer, { fetch })
      const answer = await refusalOf(world, call(await issuer.mint()))
      equal(answer.headers.get('retry-after'), '5')
      equal(await wireOf(answer), {
        status: 503,
        challenge: null,
        body: {
          error: 'temporarily_unavailable',
          error_description: 'The access token cannot be checked right now. Keep it and try again.',
        },
      })
    },
  },
]
