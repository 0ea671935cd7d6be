import { existsSync } from 'node:fs'
import { createServer } from 'node:http'
import { PROVIDER_PROFILES } from 'mcp-gatehouse/providers'
import {
  createTokenIssuer,
  type EmulatedProvider,
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
import { pageOf } from '../../src/cli/provider-findings.ts'
import { verdictOf } from '../../src/cli/provider-verdict.ts'
import { close, listen } from '../../src/testing/loopback-server.ts'
import { runHere, startProcess } from './support.ts'

const LOOPBACK = '--allow-insecure-loopback'

interface Report {
  readonly verdict: string
  readonly summary: string
  readonly provider?: { readonly id: string }
  readonly findings: readonly {
    readonly level: string
    readonly topic: string
    readonly message: string
    readonly fix?: string
  }[]
  readonly steps: readonly string[]
}

async function check(issuer: string, ...more: readonly string[]) {
  const run = await runHere('/nowhere', ['provider', 'check', issuer, LOOPBACK, '--json', ...more])
  return { ...run, report: JSON.parse(run.stdout) as Report }
}

const atLevel = ({ findings }: Report, wanted: string): readonly string[] => [
  ...new Set(findings.filter(({ level }) => level === wanted).map(({ topic }) => topic)),
]

const EMULATORS: readonly (readonly [
  id: string,
  start: () => Promise<EmulatedProvider>,
  verdict: string,
  missing: readonly string[],
  depends: readonly string[],
])[] = [
  ['keycloak', startKeycloak, 'server', ['client documents', 'registration'], ['resource']],
  ['entra', startEntra, 'server', ['pkce', 'client documents', 'registration', 'resource'], []],
  ['auth0', startAuth0, 'server', ['client documents', 'registration'], ['resource', 'tokens']],
  ['okta', startOkta, 'conditional', [], ['registration', 'resource']],
  ['google', startGoogle, 'server', ['client documents', 'registration', 'tokens'], ['resource']],
  ['github', startGithub, 'server', ['metadata'], []],
  ['cognito', startCognito, 'server', ['pkce', 'client documents', 'registration'], ['resource']],
  ['scalekit', startScalekit, 'server', ['client documents', 'registration'], ['resource']],
]

describe('provider check', () => {
  test.each(EMULATORS)('of %s', async (id, start, verdict, missing, depends) => {
    const provider = await start()
    onTestFinished(() => provider.close())
    const { code, stderr, report } = await check(provider.issuer, '--provider', id)
    expect([code, stderr, report.verdict]).toEqual([0, '', verdict])
    expect(report.provider?.id).toBe(id)
    expect(atLevel(report, 'missing')).toEqual(missing)
    expect(atLevel(report, 'depends')).toEqual(depends)
    expect(report.findings.filter(({ level, fix }) => level !== 'works' && !fix)).toEqual([])
    const argv = ['provider', 'check', provider.issuer, LOOPBACK, '--provider', id]
    const { stdout } = await runHere('/nowhere', [...argv, '--resource', 'https://mcp.example.com'])
    expect(stdout.split('\n', 1)).toEqual([report.summary])
    expect(stdout.replaceAll(new URL(provider.issuer).origin, '<origin>')).toMatchSnapshot()
  })

  test('sends nothing but requests for metadata and keys', async () => {
    const provider = await startKeycloak()
    onTestFinished(() => provider.close())
    await check(provider.issuer)
    expect(provider.requests).toEqual([
      'GET /.well-known/oauth-authorization-server/realms/test',
      'GET /.well-known/openid-configuration/realms/test',
      'GET /realms/test/.well-known/openid-configuration',
      expect.stringMatching(/^GET \/realms\/test\/protocol\/openid-connect\/certs$/),
    ])
  })

  test('recognises Keycloak by the path of its issuer', async () => {
    const provider = await startKeycloak()
    onTestFinished(() => provider.close())
    expect((await check(provider.issuer)).report.provider?.id).toBe('keycloak')
  })

  test('in colours on a terminal, and as a process of its own', async () => {
    const provider = await startEntra()
    onTestFinished(() => provider.close())
    const argv = ['provider', 'check', provider.issuer, LOOPBACK, '--provider', 'entra']
    const shown = await runHere('/nowhere', argv, { isTerminal: { stdout: true } })
    expect(shown.stdout.startsWith('\u001B[1m\u001B[33mEntra ID works')).toBe(true)
    const piped = await runHere('/nowhere', argv)
    expect(await startProcess('/', argv).ended).toEqual(piped)
  })
})

async function testIssuer(metadata: Readonly<Record<string, unknown>> = {}) {
  const issuer = await createTokenIssuer()
  onTestFinished(() => issuer.close())
  Object.assign(issuer.metadata, metadata)
  return issuer
}

const COMPLETE = {
  authorization_endpoint: 'https://id.example/authorize',
  token_endpoint: 'https://id.example/token',
  response_types_supported: ['code'],
  grant_types_supported: ['authorization_code', 'refresh_token'],
  code_challenge_methods_supported: ['S256'],
  registration_endpoint: 'https://id.example/register',
  client_id_metadata_document_supported: true,
  authorization_response_iss_parameter_supported: true,
}

describe('provider check of a server that nobody knows', () => {
  test('which has all that metadata can say', async () => {
    const { issuer } = await testIssuer(COMPLETE)
    const { code, report } = await check(issuer)
    expect([code, report.verdict, atLevel(report, 'depends')]).toEqual([
      0,
      'conditional',
      ['resource', 'tokens'],
    ])
    expect(report.summary.startsWith(issuer)).toBe(true)
  })

  test('what is documented about resource indicators counts where the metadata says nothing', async () => {
    const { issuer } = await testIssuer(COMPLETE)
    const { report } = await check(issuer, '--provider', 'logto')
    expect(report.findings.find(({ topic }) => topic === 'resource')?.level).toBe('works')
  })

  test.each([
    ['without the code flow', { response_types_supported: ['token'] }, 'sign-in'],
    ['without endpoints', { token_endpoint: undefined }, 'sign-in'],
    [
      'without keys or introspection',
      { jwks_uri: undefined, introspection_endpoint: undefined },
      'keys',
    ],
  ])('%s', async (_title, change, topic) => {
    const { issuer } = await testIssuer({ ...COMPLETE, ...change })
    const { code, report } = await check(issuer)
    expect([code, report.verdict, atLevel(report, 'error')]).toEqual([1, 'unusable', [topic]])
  })

  test('with introspection instead of keys', async () => {
    const introspection_endpoint = 'https://id.example/introspect'
    const { issuer } = await testIssuer({
      ...COMPLETE,
      jwks_uri: undefined,
      introspection_endpoint,
    })
    const { code, report } = await check(issuer)
    expect([code, report.verdict]).toEqual([0, 'conditional'])
    expect(atLevel(report, 'depends')).toContain('keys')
  })
})

describe('provider check of a broken server', () => {
  async function serve(status: number, type: string, body: (origin: string) => string) {
    const server = createServer((_req, res) => {
      res.writeHead(status, { 'content-type': type }).end(body(origin))
    })
    const origin = `http://127.0.0.1:${await listen(server, 0, '127.0.0.1')}`
    onTestFinished(() => close(server))
    return origin
  }

  test('HTML with status 200', async () => {
    const origin = await serve(200, 'text/html; charset=utf-8', () => '<h1>Welcome</h1>')
    const { code, report } = await check(origin)
    expect([code, report.verdict]).toEqual([1, 'unusable'])
    expect(report.findings).toEqual([
      {
        level: 'error',
        topic: 'metadata',
        message: expect.stringContaining(
          `${origin}/.well-known/oauth-authorization-server: 200 text/html; ${origin}/.well-known/openid-configuration: 200 text/html.`,
        ),
        fix: expect.stringContaining('docs/errors.md has ERR_UPSTREAM_METADATA_NOT_FOUND.'),
      },
    ])
  })

  test('HTML at the first location only', async () => {
    const issuer = await testIssuer(COMPLETE)
    const path = '/.well-known/oauth-authorization-server'
    const body = JSON.stringify(issuer.metadata)
    issuer.respond('/.well-known/openid-configuration', { body })
    issuer.respond(path, { headers: { 'Content-Type': 'text/html' }, body: '<h1>Welcome</h1>' })
    const { code, report } = await check(issuer.issuer)
    expect([code, report.verdict]).toEqual([0, 'conditional'])
    expect(report.findings[0]).toMatchObject({
      level: 'hint',
      message: `${issuer.issuer}${path} answers 200 with text/html, and is not the metadata: some clients stop there.`,
    })
  })

  test('another issuer in the metadata', async () => {
    const { issuer } = await testIssuer({ issuer: 'https://other.example\u001B[31m' })
    const { code, stdout, report } = await check(issuer)
    expect([code, report.verdict]).toEqual([1, 'unusable'])
    expect(report.findings[0]).toMatchObject({
      message: expect.stringContaining('https://other.example\uFFFD[31m'),
      fix: expect.stringContaining('ERR_UPSTREAM_ISSUER_MISMATCH'),
    })
    expect(stdout).not.toContain('\u001B')
  })

  test('no keys, private keys, and keys that cannot be read', async () => {
    const issuer = await testIssuer(COMPLETE)
    const keysOf = async () => {
      const { code, report } = await check(issuer.issuer)
      const found = report.findings.find(({ topic }) => topic === 'keys')
      return [code, found?.level, `${found?.message} ${found?.fix}`]
    }
    issuer.jwks.keys.splice(0)
    expect(await keysOf()).toEqual([1, 'error', expect.stringContaining('has no keys')])
    issuer.jwks.keys.push({ kty: 'oct', k: 'hunter2hunter2' })
    const leaked = await keysOf()
    expect(leaked).toEqual([1, 'error', expect.stringContaining('PRIVATE_MATERIAL')])
    expect(String(leaked)).not.toContain('hunter2')
    issuer.respond(new URL(issuer.jwksUri).pathname, { status: 500 })
    expect(await keysOf()).toEqual([1, 'error', expect.stringContaining('ERR_UPSTREAM_STATUS')])
  })

  test('nobody answers', async () => {
    const server = createServer()
    const port = await listen(server, 0, '127.0.0.1')
    await close(server)
    const { code, report } = await check(`http://127.0.0.1:${port}`, '--provider', 'github')
    expect([code, report.verdict]).toEqual([1, 'unusable'])
    expect(report.findings[0]?.message).toContain('(ECONNREFUSED)')
    expect(report.steps.at(-1)).toBe('Run this command again.')
  })
})

describe('provider check is told', () => {
  test.each([
    [[], '<issuer> is missing: `mcp-gatehouse provider check <issuer>`.'],
    [
      ['https://a.example', 'https://b.example'],
      '`provider check` takes one <issuer> and options, such as --json.',
    ],
    [['id.example.com'], '<issuer> is an absolute https URL without query and fragment.'],
    [
      ['http://id.example.com', LOOPBACK],
      '<issuer> is an https URL; http is for this machine only, with --allow-insecure-loopback.',
    ],
    [
      ['http://127.0.0.1:1'],
      '<issuer> is an https URL; http is for this machine only, with --allow-insecure-loopback.',
    ],
    [
      ['http://127.0.0.1:1', LOOPBACK, '--resource', 'mcp'],
      '--resource is an absolute http or https URL without a fragment.',
    ],
  ])('%j', async (argv, message) => {
    const { code, stdout, stderr } = await runHere('/nowhere', ['provider', 'check', ...argv])
    expect([code, stdout, stderr]).toEqual([2, '', `mcp-gatehouse: ${message}\n`])
  })
})

test.each([undefined, ...PROVIDER_PROFILES])('the page of $id is there', (profile) => {
  expect(existsSync(pageOf(profile))).toBe(true)
})

test.each([
  [['works'], 'direct'],
  [['works', 'hint'], 'direct'],
  [['works', 'depends', 'hint'], 'conditional'],
  [['depends', 'missing'], 'server'],
  [['works', 'missing', 'error'], 'unusable'],
] as const)('findings that are %j make it %s', (levels, verdict) => {
  const findings = levels.map((level) => ({ level, topic: 'pkce', message: 'Something.' }))
  expect(verdictOf(findings)).toBe(verdict)
})
