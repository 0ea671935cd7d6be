import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type OwnWorld, startOwnWorld } from '../../e2e/own-world.ts'
import { runHere } from '../support.ts'
import { publishedAt, urlOf } from './faulty-fetch.ts'
import { checksThat, createUser, examine } from './support.ts'

let world: OwnWorld

beforeAll(async () => {
  world = await startOwnWorld({ users: [{ username: 'alice', password: 'wonderland' }] })
})
afterAll(() => world.close())

const ORIGIN = 'https://mcp.example.com'
const local = (): string => new URL(world.serverUrl).origin

describe('doctor of a server of ours', () => {
  test('finds nothing to change, from the 401 to the last token', async () => {
    const flags = ['--active', '--sign-in']
    const { code, report, stderr } = await examine(world.serverUrl, flags, {
      openUrl: createUser(),
    })
    expect([code, report.faults, report.warnings]).toEqual([0, 0, 0])
    expect(report.summary).toBe(`${world.serverUrl} works.`)
    expect(checksThat('note', report)).toEqual(['transport'])
    expect(checksThat('skip', report)).toEqual(['expired-token', 'step-up'])
    expect(checksThat('pass', report).length).toBeGreaterThan(40)
    // What is said on stderr is where to sign in, and no secret.
    expect(stderr.split('\n').filter((line) => line.startsWith('http')).length).toBe(2)
    const remote = new Set(['Claude (web, Desktop, mobile)', 'ChatGPT'])
    expect(report.clients.map(({ client, verdict }) => [client, verdict])).toEqual(
      report.clients.map(({ client }) => [client, remote.has(client) ? 'fails' : 'works']),
    )
  })

  test('finds no fault where it is published, and pages are kept out', async () => {
    const fetch = publishedAt(ORIGIN, local())
    const { code, report } = await examine(`${ORIGIN}/mcp`, [], { fetch })
    expect([code, report.faults, report.warnings]).toEqual([0, 0, 0])
    expect(checksThat('pass', report)).toContain('public-urls')
    expect(report.clients.map(({ verdict }) => verdict)).not.toContain('fails')
  })

  test('finds URLs of the inside where the proxy is forgotten', async () => {
    const fetch: typeof globalThis.fetch = (input, init) =>
      globalThis.fetch(urlOf(input).replace(ORIGIN, local()), init)
    const { code, report } = await examine(`${ORIGIN}/mcp`, [], { fetch })
    expect(code).toBe(1)
    expect(checksThat('fail', report)).toEqual(expect.arrayContaining(['public-urls', 'resource']))
  })

  test('finds http that others can read', async () => {
    const fetch = publishedAt('http://mcp.example.com', local())
    const { report } = await examine('http://mcp.example.com/mcp', [], { fetch })
    expect(checksThat('fail', report)).toEqual(['transport', 'public-urls'])
  })

  test('says that a URL with another slash, and a part of it, are no resource', async () => {
    const { report } = await examine(`${world.serverUrl}/`)
    expect(checksThat('warn', report)).toEqual(['resource-metadata', 'resource'])
    const client = report.clients.find((one) => one.client === 'Claude Code')
    expect(client?.verdict).toBe('limited')
  })

  test('as a table: verdict, check, requirement, what was seen and what to change', async () => {
    const { stdout } = await runHere('/nowhere', ['doctor', `${world.serverUrl}/`])
    expect(stdout.startsWith(`${world.serverUrl}/ `)).toBe(true)
    expect(stdout).toMatch(/^ {2}warn {2}resource +RS-17, RFC 9728 §3\.3 +resource is /m)
    expect(stdout).toMatch(/^ +Change: Set `resource` to /m)
    expect(stdout).toMatch(/^Clients:$/m)
  })
})

describe('doctor refuses', () => {
  test.each([
    [['doctor'], '<url> is missing'],
    [['doctor', 'mcp.example.com'], '<url> is an absolute'],
    [['doctor', 'file:///etc/passwd'], '<url> is an absolute'],
    [['doctor', 'https://mcp.example.com', '--hosts', 'https://a.example'], '--hosts is'],
    [['doctor', 'https://mcp.example.com', '--hosts', 'a.example:8'], '--hosts is'],
    [['doctor', 'https://mcp.example.com', '--port', '70000'], '--port is'],
    [['doctor', 'https://mcp.example.com', '--wait', 'long'], '--wait is'],
  ])('%j', async (argv, said) => {
    const { code, stderr } = await runHere('/nowhere', argv)
    expect([code, stderr]).toEqual([2, expect.stringContaining(said)])
  })
})
