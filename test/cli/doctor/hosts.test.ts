import { createServer } from 'node:http'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createAsk, hostKey } from '../../../src/cli/doctor/ask.ts'
import { isAnswer } from '../../../src/cli/doctor/seen.ts'
import { openCommand } from '../../../src/cli/open-url.ts'
import { close, listen } from '../../../src/testing/loopback-server.ts'
import { startOwnWorld } from '../../e2e/own-world.ts'
import { faultyFetch, publishedAt, urlOf, withDocument } from './faulty-fetch.ts'
import { checksThat, createUser, examine } from './support.ts'

const SERVER = '/oauth-authorization-server'
const USERS = [{ username: 'alice', password: 'wonderland' }]

describe('a host that only the server has named', () => {
  test.each([
    'http://169.254.169.254/latest',
    'https://169.254.169.254/latest',
    'https://10.0.0.1/',
    'https://[::1]/',
    'http://127.0.0.1:6379/',
    'https://public.example:8443/',
  ])('is not asked at %s', async (url) => {
    const asked: unknown[] = []
    const fetch: typeof globalThis.fetch = async (input) => {
      asked.push(input)
      return new Response('{}')
    }
    const ask = createAsk({ hosts: new Set(['mcp.example.com']), fetch, now: () => 0 })
    expect(await ask(url)).toMatchObject({ isUnnamed: true, failure: expect.any(String) })
    expect(await ask(url, { method: 'POST', body: '{}' })).toMatchObject({ isUnnamed: true })
    expect(asked).toEqual([])
  })

  test('is asked by GET alone, also with --active and --sign-in', { timeout: 30_000 }, async () => {
    const world = await startOwnWorld({ users: USERS })
    onTestFinished(() => world.close())
    const foreign = 'https://id.example.invalid'
    const origin = 'https://mcp.example.com'
    const published = publishedAt(origin, new URL(world.serverUrl).origin)
    const asked: string[] = []
    const fetch: typeof globalThis.fetch = async (input, init) => {
      asked.push(new URL(urlOf(input)).hostname)
      const answer = await published(input, init)
      if (!urlOf(input).includes('/oauth-protected-resource')) return answer
      const document = (await answer.json()) as object
      return Response.json({ ...document, authorization_servers: [foreign] })
    }
    const flags = ['--active', '--sign-in']
    const { report } = await examine(`${origin}/mcp`, flags, { fetch, openUrl: createUser() })
    expect(new Set(asked)).toEqual(new Set(['mcp.example.com']))
    expect(report.findings.find(({ check }) => check === 'server-metadata')).toMatchObject({
      verdict: 'skip',
      seen: expect.stringContaining('--hosts id.example.invalid'),
    })
    expect(new Set(report.clients.map(({ verdict }) => verdict))).toEqual(new Set(['unknown']))
  })

  test('gets no registration where only its endpoint is there', async () => {
    const world = await startOwnWorld({ users: USERS })
    onTestFinished(() => world.close())
    const endpoint = { registration_endpoint: 'https://other.example/register' }
    const fetch = faultyFetch(withDocument(SERVER, endpoint))
    const { report } = await examine(world.serverUrl, ['--active'], { fetch })
    expect(report.findings.find(({ check }) => check === 'registers')).toMatchObject({
      verdict: 'skip',
      seen: expect.stringContaining('not sent: other.example is not named'),
    })
  })

  test('all names of this machine are one host, and no others', () => {
    const names = ['localhost', '127.0.0.1', '127.8.8.8', '[::1]']
    expect(new Set(names.map(hostKey))).toEqual(new Set(['localhost']))
    expect(hostKey('localhost.example')).toBe('localhost.example')
  })
})

test('SEC-392: what a server names as its sign-in page is shown by http or https, without a shell', async () => {
  const shown: string[] = []
  for (const platform of ['linux', 'darwin', 'win32'] as const) {
    for (const url of ['file:///etc/passwd', 'javascript:alert(1)', '--flag', '$(calc)', '&calc']) {
      expect(openCommand(url, platform)).toBeUndefined()
    }
    const hostile = 'https://id.example/a?x=$(calc)&y=`calc`"&calc;calc|calc'
    const [program, ...args] = openCommand(hostile, platform) ?? []
    shown.push(program ?? '')
    // One argument, which begins with its scheme.
    expect(args.at(-1)).toBe('https://id.example/a?x=$(calc)&y=`calc`%22&calc;calc|calc')
  }
  expect(shown).toEqual(['xdg-open', 'open', 'rundll32'])
})

test('SEC-392: an authorization endpoint that is no page ends the sign-in', async () => {
  const world = await startOwnWorld({ users: USERS })
  onTestFinished(() => world.close())
  for (const authorization_endpoint of ['javascript:alert(1)', 'file:///etc/passwd', '--flag']) {
    const opened: string[] = []
    const { report, stderr } = await examine(world.serverUrl, ['--sign-in'], {
      fetch: faultyFetch(withDocument(SERVER, { authorization_endpoint })),
      openUrl: async (url) => void opened.push(url),
    })
    expect([checksThat('fail', report), opened]).toEqual([['sign-in'], []])
    expect(stderr).not.toContain('Sign in here')
  }
})

test('a long answer, a stream and a redirect end the reading', async () => {
  const server = createServer((req, res) => {
    if (req.url === '/stream') {
      res.writeHead(200, { 'Content-Type': 'text/event-stream' })
      res.write(': hello\n\nevent: message\ndata: {"id":1}\n\n')
    } else if (req.url === '/long') {
      res.end('x'.repeat(5_000_000))
    } else {
      res.writeHead(302, { Location: '/long' }).end()
    }
  })
  const origin = `http://127.0.0.1:${await listen(server, 0, '127.0.0.1')}`
  onTestFinished(() => close(server))
  const ask = createAsk({ hosts: new Set(['localhost']), fetch, now: () => 0 })
  const stream = await ask(`${origin}/stream`, { method: 'POST' })
  const long = await ask(`${origin}/long`)
  const redirect = await ask(`${origin}/`)
  expect(isAnswer(stream) && stream.json).toEqual({ id: 1 })
  expect(isAnswer(long) && long.text.length < 1_000_000).toBe(true)
  expect(isAnswer(redirect) && redirect.status).toBe(302)
})
