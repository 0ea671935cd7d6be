import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { equal } from '../suite/assert.ts'
import { MINUTES_PASSED } from '../suite/served-settings.ts'
import type { HeldIssuer } from './held-issuer.ts'

/** One fact about a gatehouse on a socket; the issuer is its own, and was not read yet. */
export interface LiveCheck {
  readonly title: string
  readonly run: (resource: string, issuer: HeldIssuer) => Promise<void>
}

const ANSWER_MILLISECONDS = 10_000

/** In this order: the last one lets time pass on the server. */
export const LIVE_CHECKS: readonly LiveCheck[] = [
  {
    title: 'SEC-385 on a socket: no credentials, a bare challenge',
    async run(resource) {
      const { status, headers } = await post(resource)
      const metadata = resource.replace('/mcp', '/.well-known/oauth-protected-resource/mcp')
      const challenge = `Bearer resource_metadata="${metadata}", scope="notes:read"`
      equal([status, headers.get('www-authenticate')], [401, challenge])
    },
  },
  {
    title: "SEC-385 on a socket: the SDK's client lists and calls tools",
    async run(resource, issuer) {
      const client = new Client({ name: 'smoke', version: '1.0.0' })
      await client.connect(
        new StreamableHTTPClientTransport(new URL(resource), {
          requestInit: { headers: { Authorization: `Bearer ${await issuer.mint(resource)}` } },
        }),
      )
      const { tools } = await client.listTools()
      equal(
        tools.map(({ name }) => name),
        ['whoami'],
      )
      const { content } = await client.callTool({ name: 'whoami', arguments: {} })
      equal(content, [{ type: 'text', text: '["client-1",["notes:read"]]' }])
      await client.close()
    },
  },
  {
    title: 'SEC-385 on a socket: a request that comes while another one reads the keys',
    async run(resource, issuer) {
      const token = await issuer.mint(resource)
      const asked = issuer.holdKeys()
      const first = post(resource, token)
      await beforeAnswer(asked, first)
      const second = post(resource, token)
      await reachedServer(resource)
      issuer.releaseKeys()
      equal([(await first).status, (await second).status], [200, 200])
    },
  },
  {
    title: 'SEC-385 on a socket: a request after one that was given up while it read the keys',
    async run(resource, issuer) {
      const token = await issuer.mint(resource)
      const asked = issuer.holdKeys()
      const client = new AbortController()
      const first = post(resource, token, { signal: client.signal })
      await beforeAnswer(asked, first)
      client.abort()
      equal(await first.catch((error: Error) => error.name), 'AbortError')
      await reachedServer(resource)
      issuer.releaseKeys()
      equal((await post(resource, token)).status, 200)
    },
  },
  {
    // Workers end what a request has begun when it is answered, unless they are told otherwise.
    title: 'SEC-385 on a socket: new keys after a refresh that outlived its request, or did not',
    async run(resource, issuer) {
      const token = await issuer.mint(resource)
      equal((await post(resource, token)).status, 200)
      void issuer.holdKeys()
      equal((await post(resource, token, { minutesPassed: 9 })).status, 200)
      await reachedServer(resource)
      await issuer.rotateKeys()
      issuer.releaseKeys()
      const newToken = await issuer.mint(resource)
      equal((await post(resource, newToken, { minutesPassed: 11 })).status, 200)
    },
  },
]

interface PostOptions {
  readonly signal?: AbortSignal
  readonly minutesPassed?: number
}

/** Lists the tools; with the token of a cold issuer this makes the server read its keys. */
function post(
  resource: string,
  token?: string,
  { signal, minutesPassed }: PostOptions = {},
): Promise<Response> {
  const timeout = AbortSignal.timeout(ANSWER_MILLISECONDS)
  return fetch(resource, {
    method: 'POST',
    headers: {
      'Content-Type': 'application/json',
      Accept: 'application/json, text/event-stream',
      ...(token !== undefined && { Authorization: `Bearer ${token}` }),
      ...(minutesPassed !== undefined && { [MINUTES_PASSED]: String(minutesPassed) }),
    },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list', params: {} }),
    signal: signal === undefined ? timeout : AbortSignal.any([signal, timeout]),
  })
}

/** Waits for what must happen while a request waits for its answer, which comes or times out. */
async function beforeAnswer(event: Promise<void>, answer: Promise<Response>): Promise<void> {
  const early = answer.then(({ status }) => {
    throw new Error(`answered ${status} without asking for the keys`)
  })
  await Promise.race([event, early])
}

/** What was sent before has been received when a later request is answered. */
async function reachedServer(resource: string): Promise<void> {
  equal((await post(resource)).status, 401)
}
