import { CompactEncrypt, generateKeyPair } from 'jose'
import { beforeEach, describe, expect, test } from 'vitest'
import { createKey } from '../../src/verifiers/api-key-format.ts'
import { START_SECONDS } from '../security/support/test-clock.ts'
import { makeFolder } from './support.ts'
import { inspect, openIssuer, partsOf, reportOf } from './token-reports.ts'

const RESOURCE = 'https://mcp.example.com/mcp'
const atStart = (): number => START_SECONDS

let folder = ''
beforeEach(async () => {
  folder = await makeFolder()
})

describe('token inspect', () => {
  test('explains a JWT claim by claim, with times in words', async () => {
    const issuer = await openIssuer(atStart)
    const claims = {
      aud: RESOURCE,
      sub: 'alice',
      scope: 'notes:read',
      auth_time: START_SECONDS - 7_200,
      department: { id: 7 },
    }
    const token = await issuer.mint(claims, { header: { kid: 'key-1' } })
    const { code, stdout, stderr } = await inspect(folder, token)
    expect([code, stderr]).toEqual([0, ''])
    expect(stdout.replaceAll(issuer.issuer, '<issuer>')).toMatchSnapshot()
  })

  test.each([
    ['', '\n'],
    ['Bearer ', '\r\n'],
    ['Authorization: Bearer ', ''],
    ['authorization:dpop  ', '  \n'],
  ])('takes a token between %j and %j', async (before, after) => {
    const token = await (await openIssuer()).mint({ sub: 'alice' })
    expect((await reportOf(folder, before + token + after)).kind).toBe('jwt')
  })

  test('says that it has expired, and which provider it is from', async () => {
    const issuer = await openIssuer(atStart)
    const iss = 'https://accounts.google.com'
    const token = await issuer.mint({ iss, exp: START_SECONDS - 7_300 })
    const { code, summary, verdict, provider } = await reportOf(folder, token)
    expect([code, verdict, provider]).toEqual([
      0,
      'unverified',
      { title: 'Google', page: 'docs/providers/google.md' },
    ])
    expect(summary).toBe(
      'A signed token (JWT) of "https://accounts.google.com", expired 2 h ago; not verified: add --config <module>.',
    )
  })

  test('says of an encrypted token what can be seen', async () => {
    const { publicKey } = await generateKeyPair('RSA-OAEP-256')
    const token = await new CompactEncrypt(new TextEncoder().encode('{"sub":"alice"}'))
      .setProtectedHeader({ alg: 'RSA-OAEP-256', enc: 'A256GCM', kid: 'enc-1', cty: 'JWT' })
      .encrypt(publicKey)
    const { code, stdout } = await inspect(folder, token)
    expect([code, stdout]).toEqual([0, expect.stringMatching(/^An encrypted token \(JWE\)/)])
    expect(stdout).toContain('  enc: "A256GCM"\n')
    expect(stdout).not.toContain('Claims:')
  })

  test.each([
    ['ghp_0123456789abcdef', 0, 'opaque', /as GitHub issues them/],
    ['ya29.a0AfH6', 0, 'opaque', /as Google issues them/],
    ['2YotnFZFEjr1zCsicMWpAA', 0, 'opaque', /^An opaque token: only who issued it/],
    [createKey('acme'), 0, 'api_key', /^An API key \(acme_…\) with a good checksum/],
    [`mgh_${'a'.repeat(43)}_000000`, 1, 'api_key', /check: checksum/],
    ['eyJhbGciOiJFUzI1NiJ9.e30', 1, 'broken', /check: format/],
    ['eyJhbGciOiJFUzI1NiJ9.e30.AA', 1, 'broken', /check: json/],
    [`eyJhbGciOiJFUzI1NiJ9.${'A'.repeat(9_000)}.AA`, 1, 'broken', /check: size/],
  ])('%s', async (token, code, kind, summary) => {
    const report = await reportOf(folder, token)
    expect([report.code, report.kind, report.summary]).toEqual([
      code,
      kind,
      expect.stringMatching(summary),
    ])
    expect(JSON.stringify(report)).not.toContain(token)
  })

  test('SEC-388 prints no token, no signature, no token in a claim, and nothing for a terminal', async () => {
    const issuer = await openIssuer()
    const inner = await issuer.mint({ sub: 'bob' })
    const key = createKey('mgh')
    const token = await issuer.mint({
      sub: 'alice\u001B[31m\u202E\u0085',
      [inner]: 'x',
      [`${key}\u202E`]: 1,
      upstream: { access_token: inner, api_key: key },
    })
    for (const more of [[], ['--json']]) {
      const { stdout, stderr } = await inspect(folder, token, more)
      const said = `${stdout}${stderr}`
      expect(stdout.match(/\(not shown\)/g)).toHaveLength(4)
      expect(stdout).toContain('\uFFFD')
      expect(
        [...partsOf(token), ...partsOf(inner), key].filter((part) => said.includes(part)),
      ).toEqual([])
      expect(said.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u)
    }
  })

  test('asks on a terminal, and takes one line', async () => {
    const token = await (await openIssuer()).mint({ sub: 'alice' })
    const { code, stdout, stderr } = await inspect(folder, '', [], {
      stdin: [token.slice(0, 20), `${token.slice(20)}\n`, 'never read'],
      isTerminal: { stdin: true, stdout: true },
    })
    expect([code, stderr]).toEqual([
      0,
      'Paste the token, and press Enter. One of more than 4,000 characters: pipe it.\n',
    ])
    expect(stdout.startsWith('\u001B[1m\u001B[32mA signed token')).toBe(true)
  })

  test.each([
    ['', [], 'There is no token on standard input: `… | mcp-gatehouse token inspect`.'],
    ['Bearer \n', [], 'There is no token on standard input: `… | mcp-gatehouse token inspect`.'],
    ['a'.repeat(70_000), [], 'Standard input is longer than a token.'],
    ['a', ['--export', 'gate'], '--export is for --config: name the module.'],
    ['a', ['b'], '`token inspect` takes options only, such as --json.'],
  ])('refuses %.10s with %j', async (stdin, argv, message) => {
    const { code, stdout, stderr } = await inspect(folder, stdin, argv)
    expect([code, stdout, stderr]).toEqual([2, '', `mcp-gatehouse: ${message}\n`])
  })
})
