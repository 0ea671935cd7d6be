import { spawn } from 'node:child_process'
import { once } from 'node:events'
import type { RequestListener } from 'node:http'
import { ConfigError } from 'mcp-gatehouse'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import {
  createGuardedFetch,
  type GuardedFetch,
  type GuardedFetchOptions,
} from '../../src/outbound/index.ts'
import { startProxy } from './support/connect-proxy.ts'
import { type StrangerHost, startStrangerHost } from './support/stranger-host.ts'
import { createTestAuthority } from './support/test-authority.ts'

const NAME = 'client.example.com'
const authority = createTestAuthority()
const identity = authority.issue([NAME])
const json: RequestListener = (_req, res) => {
  res.setHeader('Content-Type', 'application/json').end('{"a":1}')
}

/** A fetch that finds `NAME` on this machine, at the port of a host. */
function fetchFor(host: StrangerHost, options: GuardedFetchOptions = {}): GuardedFetch {
  return createGuardedFetch({
    lookup: async () => ['127.0.0.1'],
    allowInsecureLoopback: true,
    ports: [host.port],
    ca: authority.ca,
    failureBucketMilliseconds: 1,
    ...options,
  })
}

const urlOf = (host: StrangerHost, path = '/client.json'): string =>
  `https://${NAME}:${host.port}${path}`

describe('an answer', () => {
  test('comes whole, to a request that says nothing about us', async () => {
    const host = await startStrangerHost(json, identity)
    const answer = await fetchFor(host)(urlOf(host, '/a?b=%2f'))
    if (answer.kind !== 'answer') throw new Error(answer.reason)
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'application/json'])
    expect(new TextDecoder().decode(answer.body)).toBe('{"a":1}')
    expect(host.requests).toEqual([
      {
        url: '/a?b=%2f',
        servername: NAME,
        headers: {
          host: `${NAME}:${host.port}`,
          accept: 'application/json',
          'accept-encoding': 'identity',
          'user-agent': '',
          connection: 'close',
        },
      },
    ])
  })
})

test('SEC-183 the connection goes to the address that was checked, with one look-up and the TLS name', async () => {
  const host = await startStrangerHost(json, identity)
  // It would answer as well, and is what a second look-up finds.
  const rebound = await startStrangerHost(json, identity, '127.0.0.2')
  let lookups = 0
  const lookup = async (): Promise<readonly string[]> => {
    lookups += 1
    return [lookups === 1 ? '127.0.0.1' : '127.0.0.2']
  }
  const answer = await fetchFor(host, { lookup })(urlOf(host))
  expect(answer.kind).toBe('answer')
  expect([lookups, host.requests[0]?.servername, rebound.connections]).toEqual([1, NAME, 0])
})

test('SEC-179 without the switch for development this machine is not asked', async () => {
  const host = await startStrangerHost(json, identity)
  const fetch = fetchFor(host, { allowInsecureLoopback: false })
  expect(await fetch(urlOf(host))).toEqual({ kind: 'refused', reason: 'address' })
  expect(await fetch(`https://127.0.0.1:${host.port}/`)).toEqual({
    kind: 'refused',
    reason: 'address',
  })
  expect(await fetch(`http://127.0.0.1:${host.port}/`)).toEqual({ kind: 'refused', reason: 'url' })
  expect(host.connections).toBe(0)
})

test('with the switch, http to this machine works on every port, and nowhere else', async () => {
  const host = await startStrangerHost(json)
  const fetch = fetchFor(host, { ports: [443] })
  expect((await fetch(`http://127.0.0.1:${host.port}/`)).kind).toBe('answer')
  expect((await fetch(`http://localhost:${host.port}/`)).kind).toBe('answer')
  expect(await fetch(`http://${NAME}:${host.port}/`)).toEqual({ kind: 'refused', reason: 'url' })
})

describe('SEC-184 nothing is followed', () => {
  test.each([301, 302, 303, 307, 308, 200])(
    'an answer with status %i that points elsewhere',
    async (status) => {
      const other = await startStrangerHost(json, identity)
      const host = await startStrangerHost((_req, res) => {
        res.writeHead(status, {
          Location: urlOf(other),
          Refresh: `0; url=${urlOf(other)}`,
          'Alt-Svc': `h2=":${other.port}"`,
          Link: `<${urlOf(other)}>; rel=preload`,
        })
        res.end(`<meta http-equiv="refresh" content="0; url=${urlOf(other)}">`)
      }, identity)
      const fetch = fetchFor(host, { ports: [host.port, other.port] })
      const answer = await fetch(urlOf(host))
      expect(answer.kind === 'answer' && answer.status).toBe(status)
      expect((await fetch(urlOf(host))).kind).toBe('answer')
      expect([host.requests.length, other.connections]).toEqual([2, 0])
    },
  )
})

describe('SEC-187 the time limit is for everything, the body included', () => {
  const slow: Readonly<Record<string, RequestListener>> = {
    'headers that never come': () => undefined,
    'a body of one byte at a time': (_req, res) => {
      res.writeHead(200, { 'Content-Type': 'application/json' })
      const timer = setInterval(() => res.write(' '), 20)
      res.on('close', () => clearInterval(timer))
    },
  }
  test.each(Object.entries(slow))('%s', async (_title, listener) => {
    const host = await startStrangerHost(listener, identity)
    const fetch = fetchFor(host, { timeoutMilliseconds: 400 })
    expect(await fetch(urlOf(host))).toEqual({ kind: 'refused', reason: 'timeout' })
  })

  test('it is 5 seconds unless configured', async () => {
    const timers = vi.spyOn(globalThis, 'setTimeout')
    onTestFinished(() => timers.mockRestore())
    const host = await startStrangerHost(json, identity)
    expect((await fetchFor(host)(urlOf(host))).kind).toBe('answer')
    expect(timers.mock.calls.map(([, milliseconds]) => milliseconds)).toContain(5_000)
  })

  test('a name server that never answers', async () => {
    const host = await startStrangerHost(json, identity)
    const lookup = (): Promise<never> => new Promise(() => undefined)
    const fetch = fetchFor(host, { timeoutMilliseconds: 100, lookup })
    expect(await fetch(urlOf(host))).toEqual({ kind: 'refused', reason: 'timeout' })
  })
})

describe('the size limit', () => {
  test.each([
    ['announced', { 'Content-Length': '5121' }],
    ['not announced', { 'Transfer-Encoding': 'chunked' }],
  ])('refuses 5,121 bytes, %s', async (_title, headers) => {
    const host = await startStrangerHost((_req, res) => {
      res.writeHead(200, headers).end('x'.repeat(5_121))
    }, identity)
    expect(await fetchFor(host)(urlOf(host))).toEqual({ kind: 'refused', reason: 'too-large' })
  })

  test('takes 5,120, and as many as are asked for', async () => {
    const host = await startStrangerHost((_req, res) => res.end('x'.repeat(5_120)), identity)
    expect((await fetchFor(host)(urlOf(host))).kind).toBe('answer')
    const small = await fetchFor(host)(urlOf(host), { maxBytes: 5_119 })
    expect(small).toEqual({ kind: 'refused', reason: 'too-large' })
  })

  test('compressed content, which nobody asked for, is not read', async () => {
    const host = await startStrangerHost((_req, res) => {
      res.writeHead(200, { 'Content-Encoding': 'gzip' }).end('x')
    }, identity)
    expect(await fetchFor(host)(urlOf(host))).toEqual({ kind: 'refused', reason: 'encoding' })
  })
})

describe('SEC-194 a port scan', () => {
  test.each([22, 80, 6379, 8443])('port %i is not asked', async (port) => {
    const fetch = createGuardedFetch({ lookup: async () => ['8.8.8.8'] })
    expect(await fetch(`https://${NAME}:${port}/x`)).toEqual({ kind: 'refused', reason: 'port' })
  })

  test('failures are told at multiples of the same time', async () => {
    const host = await startStrangerHost((_req, res) => res.destroy(), identity)
    const fetch = fetchFor(host, { failureBucketMilliseconds: 300 })
    const start = performance.now()
    expect(await fetch(urlOf(host))).toEqual({ kind: 'refused', reason: 'connection' })
    // Timers may be a millisecond early.
    expect(performance.now() - start).toBeGreaterThan(297)
  })
})

describe('SEC-199 TLS', () => {
  test.each([
    ['a self-signed certificate', createTestAuthority().issue([NAME])],
    ['an expired one', authority.issue([NAME], -1)],
    ['one for another name', authority.issue(['other.example.com'])],
  ])('%s is refused', async (_title, wrong) => {
    const host = await startStrangerHost(json, wrong)
    expect(await fetchFor(host)(urlOf(host))).toEqual({ kind: 'refused', reason: 'tls' })
    expect(host.requests).toEqual([])
  })

  test('NODE_TLS_REJECT_UNAUTHORIZED=0 does not start in production, and changes nothing elsewhere', async () => {
    const off = { NODE_TLS_REJECT_UNAUTHORIZED: '0' }
    expect(() => createGuardedFetch({}, { ...off, NODE_ENV: 'production' })).toThrow(
      expect.objectContaining({ code: 'ERR_CONFIG_TLS_UNVERIFIED' }),
    )
    expect(() => createGuardedFetch({}, { NODE_ENV: 'production' })).not.toThrow()
    const host = await startStrangerHost(json, createTestAuthority().issue([NAME]))
    expect(await runFetch(host, off)).toBe('tls')
  })
})

describe('SEC-200 proxies', () => {
  test('those of the environment are not used', async () => {
    const host = await startStrangerHost(json, identity)
    const proxy = await startStrangerHost(json)
    const url = `http://127.0.0.1:${proxy.port}`
    const environment = {
      HTTPS_PROXY: url,
      https_proxy: url,
      HTTP_PROXY: url,
      NODE_USE_ENV_PROXY: '1',
    }
    expect(await runFetch(host, { ...environment, NO_PROXY: '' })).toBe('answer')
    expect([proxy.connections, host.requests.length]).toEqual([0, 1])
  })

  test('the configured one is asked by name, with its credentials', async () => {
    const host = await startStrangerHost(json, identity)
    const proxy = await startProxy(host.port)
    const fetch = fetchFor(host, { egressProxy: `http://me:p%40ss@127.0.0.1:${proxy.port}` })
    expect((await fetch(urlOf(host))).kind).toBe('answer')
    const credentials = `Basic ${Buffer.from('me:p@ss').toString('base64')}`
    expect(proxy.asked).toEqual([[`${NAME}:${host.port}`, credentials]])
    expect(host.requests[0]?.servername).toBe(NAME)
  })

  test('without it nothing is fetched', async () => {
    const host = await startStrangerHost(json, identity)
    const gone = await startProxy(host.port)
    gone.close()
    const fetch = fetchFor(host, { egressProxy: `http://127.0.0.1:${gone.port}` })
    expect(await fetch(urlOf(host))).toEqual({ kind: 'refused', reason: 'proxy' })
    const refusing = await startStrangerHost((_req, res) => res.writeHead(403).end())
    const refused = fetchFor(host, { egressProxy: `http://127.0.0.1:${refusing.port}` })
    expect(await refused(urlOf(host))).toEqual({ kind: 'refused', reason: 'proxy' })
    expect(host.connections).toBe(0)
  })

  test('it is not asked for internal names and addresses', async () => {
    const proxy = await startProxy(1)
    const fetch = createGuardedFetch({
      egressProxy: `http://127.0.0.1:${proxy.port}`,
      failureBucketMilliseconds: 1,
    })
    for (const target of ['169.254.169.254', 'vault.internal', 'localhost', '[::1]']) {
      expect((await fetch(`https://${target}/`)).kind).toBe('refused')
    }
    expect(proxy.asked).toEqual([])
  })

  test.each(['https://proxy.example.com', 'proxy:3128', 'socks5://p', 'http://p/x', ''])(
    '%j is no proxy',
    (egressProxy) => {
      expect(() => createGuardedFetch({ egressProxy })).toThrow(ConfigError)
    },
  )
})

/** What a fetch comes to in a process with this environment: `answer` or the reason. */
async function runFetch(host: StrangerHost, environment: NodeJS.ProcessEnv): Promise<string> {
  const script = `
    const { createGuardedFetch } = await import(${JSON.stringify(new URL('../../src/outbound/index.ts', import.meta.url).href)})
    const { ca, url, port } = JSON.parse(process.env.TEST_SETTINGS)
    const fetch = createGuardedFetch({ ca, ports: [port], allowInsecureLoopback: true, lookup: async () => ['127.0.0.1'] })
    const answer = await fetch(url)
    process.stdout.write(answer.kind === 'answer' ? 'answer' : answer.reason)`
  const settings = JSON.stringify({ ca: authority.ca, url: urlOf(host), port: host.port })
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    env: { PATH: process.env['PATH'], ...environment, TEST_SETTINGS: settings },
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  let said = ''
  child.stdout.on('data', (chunk: Buffer) => {
    said += chunk.toString()
  })
  await once(child, 'close')
  return said
}
