import { writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { TokenIssuer } from 'mcp-gatehouse/testing'
import { beforeEach, describe, expect, test } from 'vitest'
import { createKey } from '../../src/verifiers/api-key-format.ts'
import { makeFolder, startProcess } from './support.ts'
import { inspect, openIssuer, partsOf, reportOf } from './token-reports.ts'

const RESOURCE = 'https://mcp.example.com/mcp'
const SOURCE = resolve(import.meta.dirname, '../../src/index.ts')

let folder = ''
beforeEach(async () => {
  folder = await makeFolder()
})

/** Writes a module that exports options, and gives the arguments that name it. */
async function configure(options: string, more = ''): Promise<readonly string[]> {
  const name = 'config.mjs'
  await writeFile(join(folder, name), `${more}\nexport const options = {${options}}\n`)
  return ['--config', name]
}

const optionsFor = ({ issuer }: TokenIssuer, more = ''): string =>
  `resource: '${RESOURCE}', authorizationServers: ['${issuer}'], allowInsecureLoopback: true, ${more}`

const NOTES = { aud: RESOURCE, sub: 'alice', scope: 'notes:read', client_id: 'app' }
const secondsAgo = (seconds: number): number => Math.floor(Date.now() / 1_000) - seconds

describe('token inspect --config', () => {
  test('accepts what requests are accepted with', async () => {
    const issuer = await openIssuer()
    const argv = await configure(optionsFor(issuer, "requiredScopes: ['notes:read']"))
    const { code, summary, verdict } = await reportOf(folder, await issuer.mint(NOTES), argv)
    expect([code, verdict, summary]).toEqual([
      0,
      'accepted',
      `Accepted by ${RESOURCE}: user "alice", client "app", scopes "notes:read".`,
    ])
  })

  test.each([
    [
      'aud',
      { aud: 'https://other.example' },
      '',
      '`aud` is "https://other.example"; accepted: https://mcp.example.com/mcp.',
    ],
    ['aud', { aud: undefined }, '', '`aud` is missing; accepted: https://mcp.example.com/mcp.'],
    ['exp', { exp: secondsAgo(3_600) }, '', 'Clocks may differ by'],
    ['nbf', { nbf: secondsAgo(-3_600) }, '', 'not valid yet'],
    ['iat', { iat: secondsAgo(-3_600) }, '', 'in the future'],
    ['typ', { nonce: 'n' }, '', 'ID token'],
    ['sub', { sub: undefined, client_id: undefined }, '', 'names nobody'],
    ['binding', { cnf: { jkt: 'abc' } }, '', 'bound to a key'],
    ['unbound', {}, 'dpop: { required: true }', 'not bound to a key'],
    ['lifetime', {}, 'maxTokenLifetimeSeconds: 60', 'lives longer'],
    ['revoked', {}, 'isRevoked: () => true', 'revoked'],
    ['required claims', {}, "requiredClaims: ['department']", 'It lacks department'],
    [
      'scope',
      {},
      "requiredScopes: ['notes:write']",
      'Scopes needed: notes:write. It has: "notes:read".',
    ],
  ])('refuses for %s: %j %s', async (reason, claims, options, why) => {
    const issuer = await openIssuer()
    const token = await issuer.mint({ ...NOTES, ...claims }, { header: { typ: 'JWT' } })
    const report = await reportOf(folder, token, await configure(optionsFor(issuer, options)))
    expect([report.code, report.verdict, report.reason]).toEqual([1, 'refused', reason])
    expect(report.why).toContain(why)
    expect(report.fix?.length).toBeGreaterThan(20)
    expect(report.summary).toBe(`Refused by ${RESOURCE}, check: ${reason}.`)
  })

  test('refuses another issuer, another signature and other forms', async () => {
    const issuer = await openIssuer()
    const other = await openIssuer()
    const argv = await configure(optionsFor(issuer))
    const foreign = await reportOf(folder, await other.mint(NOTES), argv)
    expect([foreign.reason, foreign.why]).toEqual([
      'iss',
      expect.stringContaining(`\`iss\` is "${other.issuer}"; configured: ${issuer.issuer}.`),
    ])
    const [kid] = issuer.jwks.keys.map((key) => key.kid)
    const header = kid === undefined ? {} : { kid }
    const forged = await other.mint({ ...NOTES, iss: issuer.issuer }, { header })
    expect((await reportOf(folder, forged, argv)).reason).toBe('sig')
    expect((await reportOf(folder, '2YotnFZFEjr1zCsicMWpAA', argv)).reason).toBe('format')
  })

  test('a key that is bound is accepted, and needs a proof', async () => {
    const issuer = await openIssuer()
    const argv = await configure(optionsFor(issuer, 'dpop: {}'))
    const { code, summary } = await reportOf(
      folder,
      await issuer.mint({ ...NOTES, cnf: { jkt: 'abc' } }),
      argv,
    )
    expect([code, summary]).toEqual([0, expect.stringContaining('requests need a proof (DPoP)')])
  })

  test('says that it cannot tell while the keys cannot be read', async () => {
    const issuer = await openIssuer()
    const argv = await configure(optionsFor(issuer))
    const token = await issuer.mint(NOTES)
    issuer.respond(new URL(issuer.jwksUri).pathname, { status: 500 })
    const { code, verdict, summary, fix } = await reportOf(folder, token, argv)
    expect([code, verdict, summary]).toEqual([
      1,
      'unavailable',
      `${RESOURCE} cannot tell: clients are answered 503.`,
    ])
    expect(fix).toContain('provider check')
  })

  test('reads a default export, and a TypeScript module', async () => {
    const issuer = await openIssuer()
    const token = await issuer.mint(NOTES)
    const text = `const options: object = {${optionsFor(issuer)}}\nexport default options\n`
    await writeFile(join(folder, 'config.ts'), text)
    const { code, stdout } = await startProcess(
      folder,
      ['token', 'inspect', '--config', 'config.ts'],
      '022',
      token,
    ).ended
    expect([code, stdout.split('\n', 1)]).toEqual([
      0,
      [`Accepted by ${RESOURCE}: user "alice", client "app", scopes "notes:read".`],
    ])
  })

  test('as a process of its own, with a resource server whose module goes on listening', async () => {
    const issuer = await openIssuer()
    const token = await issuer.mint({ ...NOTES, aud: 'https://other.example' })
    const text = [
      `import { createServer } from 'node:http'`,
      `import { createResourceServer } from '${SOURCE}'`,
      `export const gatehouse = createResourceServer({${optionsFor(issuer)}})`,
      `export default { fetch: gatehouse.protect(() => new Response()) }`,
      `createServer().listen(0, '127.0.0.1')`,
    ].join('\n')
    await writeFile(join(folder, 'server.mjs'), text)
    const argv = ['token', 'inspect', '--config', 'server.mjs']
    const { code, stdout, stderr } = await startProcess(folder, argv, '022', token).ended
    expect([code, stderr]).toEqual([1, ''])
    expect(stdout.split('\n', 1)).toEqual([`Refused by ${RESOURCE}, check: aud.`])
    expect(partsOf(token).filter((part) => stdout.includes(part))).toEqual([])
  })

  test('an API key that is not stored, and a token that no verifier takes', async () => {
    const issuer = await openIssuer()
    const text = [
      `import { memory } from '${resolve(SOURCE, '../storage/index.ts')}'`,
      `import { apiKeyVerifier, firstOf } from '${resolve(SOURCE, '../verifiers/public.ts')}'`,
      `const keys = apiKeyVerifier({ storage: memory(), resource: '${RESOURCE}' })`,
      `export const options = {${optionsFor(issuer, 'verifier: firstOf([keys])')}}`,
    ].join('\n')
    await writeFile(join(folder, 'config.mjs'), text)
    const argv = ['--config', 'config.mjs']
    const unknown = await reportOf(folder, createKey('mgh'), argv)
    expect([unknown.code, unknown.kind, unknown.reason]).toEqual([1, 'api_key', 'api_key'])
    expect(unknown.fix).toContain('mcp-gatehouse api-keys list')
    expect((await reportOf(folder, 'gho_0123456789', argv)).reason).toBe('unrecognized')
  })

  test('several exports are told apart by --export', async () => {
    const issuer = await openIssuer()
    const other = `export const other = {${optionsFor(issuer).replace('/mcp', '/other')}}`
    const argv = await configure(optionsFor(issuer), other)
    const token = await issuer.mint(NOTES)
    const { code, stderr } = await inspect(folder, token, argv)
    expect([code, stderr]).toEqual([
      1,
      'mcp-gatehouse: --config exports several: options, other. Choose with --export <name>.\n',
    ])
    expect((await reportOf(folder, token, [...argv, '--export', 'options'])).verdict).toBe(
      'accepted',
    )
    expect((await reportOf(folder, token, [...argv, '--export', 'other'])).reason).toBe('aud')
  })

  test.each([
    ['export const x = 1', 'exports neither a resource server nor the options of one'],
    ["throw new Error('no database\\u001B[31m')", 'cannot be loaded. Error: no database\uFFFD[31m'],
    [
      `export const gatehouse = { resource: '${RESOURCE}', protectedResourceMetadata: {} }`,
      'is of another copy of mcp-gatehouse: export its options',
    ],
    ["import 'not-there'", 'cannot be loaded. Error: Cannot find package'],
    [
      `export default { resource: '${RESOURCE}', authorizationServers: [] }`,
      'authorizationServers',
    ],
  ])('%s', async (text, message) => {
    await writeFile(join(folder, 'config.mjs'), text)
    const { code, stdout, stderr } = await inspect(folder, 'a', ['--config', 'config.mjs'])
    expect([code, stdout]).toEqual([1, ''])
    expect(stderr).toContain(message)
    expect(stderr).not.toContain('defect')
  })
})
