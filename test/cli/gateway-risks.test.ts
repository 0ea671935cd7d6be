import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { ACCEPTABLE_RISKS } from '../../src/cli/gateway/risk-rules.ts'
import { checkFile, ENV, EXAMPLE, makeExampleFolder, SECRET } from './gateway-example.ts'

let example = ''

beforeAll(async () => {
  const text = await readFile(EXAMPLE, 'utf8')
  example = text.replace('file:/run/secrets/tickets-key', 'file:secrets/tickets-key')
})

type Change = readonly [from: string, to: string]
const ISSUER = '- https://id.example.com/realms/acme'
const issuer = (more: string): Change => [
  ISSUER,
  `- { issuer: https://id.example.com/realms/acme, ${more} }`,
]
const top = (line: string): Change => ['drainSeconds: 20', line]
const store = (url: string): Change => ['redis: ${REDIS_URL}', url]
const notes = (line: string): Change => ['requiredScopes: [notes:read]', line]

/** What is changed in the example, and the rule that is against it. */
const UNSAFE: readonly (readonly [title: string, change: Change, rule: string])[] = [
  ['an http issuer', [ISSUER, '- http://id.example.com'], 'ERR_CONFIG_NOT_HTTPS'],
  ['an http public URL', ['https://mcp.example', 'http://mcp.example'], 'ERR_CONFIG_NOT_HTTPS'],
  ['http keys', issuer('jwksUri: "http://id.example.com/keys"'), 'ERR_CONFIG_NOT_HTTPS'],
  ['http metadata', issuer('metadataUrl: "http://id.example.com/m"'), 'ERR_CONFIG_NOT_HTTPS'],
  ['plain http in production', top('allowInsecureLoopback: true'), 'development-only'],
  ['every origin', ['https://app.example.com', '"*"'], 'any-origin'],
  ['every origin for all routes', top('allowedOrigins: ["*"]'), 'any-origin'],
  ['a skew of an hour', top('leewaySeconds: 3600'), 'range'],
  [
    'a shared secret beside keys',
    issuer('secret: "${AUDIT_KEY}", jwksUri: "https://id.example.com/k"'),
    'ERR_CONFIG',
  ],
  ['a shared secret', issuer('secret: "${AUDIT_KEY}"'), 'shared-secret'],
  ['a short shared secret', issuer('secret: hunter2'), 'secret-in-file'],
  ['HS256 without a secret', issuer('algorithms: [HS256]'), 'ERR_CONFIG'],
  ['no signature', issuer('algorithms: [none]'), 'ERR_CONFIG'],
  ['no algorithm', issuer('algorithms: []'), 'ERR_CONFIG'],
  ['tokens without audience', issuer('clientsWithoutAudience: [app]'), 'audience-missing'],
  ['keys that are tried', issuer('allowKeyTrial: true'), 'keys-tried'],
  ['no issuer', [`\n  ${ISSUER}`, ' []'], 'ERR_CONFIG'],
  ['an audience that is blank', top('audience: " "'), 'ERR_CONFIG_NOT_A_STRING'],
  ['plain Redis', store('redis: redis://redis.internal:6379'), 'store-plain'],
  [
    'a password of Redis in the file',
    store('redis: rediss://:hunter2@redis:6379'),
    'secret-in-file',
  ],
  ['plain PostgreSQL', store('postgres: postgres://db.internal/limits'), 'store-plain'],
  [
    'PostgreSQL that may be plain',
    store('postgres: "postgres://db.internal/l?sslmode=prefer"'),
    'store-plain',
  ],
  ['the audit key in the file', ['${AUDIT_KEY}', SECRET], 'secret-in-file'],
  ['an API key in the file', ['file:secrets/tickets-key', 'hunter2'], 'secret-in-file'],
  [
    'a bearer token in the file',
    ['x-api-key: file:secrets/tickets-key', 'authorization: Bearer hunter2'],
    'secret-in-file',
  ],
  ['an unset variable for scopes', notes('requiredScopes:'), 'type'],
  [
    'the admin listener for everybody',
    ['port: 9090', 'port: 9090\n  host: 0.0.0.0'],
    'admin-exposed',
  ],
  [
    'the admin listener on IPv6 for everybody',
    ['port: 9090', 'port: 9090\n  host: "::"'],
    'admin-exposed',
  ],
  ['the admin listener on the public port', ['port: 9090', 'port: 8080'], 'admin-port'],
  ['an upstream over the internet', ['https://tickets', 'http://tickets'], 'upstream-plain'],
  [
    'the metadata service as upstream',
    ['http://notes:8000/mcp', 'http://169.254.169.254/latest'],
    'upstream-link-local',
  ],
  ['the gateway as its upstream', ['https://tickets.', 'https://mcp.'], 'upstream-loop'],
  [
    'a password in the upstream',
    ['http://notes:8000', 'http://a:hunter2@notes:8000'],
    'ERR_CONFIG_GATEWAY_UPSTREAM',
  ],
  [
    'an upstream that is no web server',
    ['http://notes:8000/mcp', 'ftp://notes/mcp'],
    'ERR_CONFIG_GATEWAY_UPSTREAM',
  ],
  [
    'Authorization let through',
    notes('requestHeaders: [authorization]'),
    'ERR_CONFIG_FORWARDED_HEADER',
  ],
  ['Cookie let through', notes('requestHeaders: [cookie]'), 'ERR_CONFIG_FORWARDED_HEADER'],
  ['Set-Cookie let through', notes('responseHeaders: [set-cookie]'), 'ERR_CONFIG_FORWARDED_HEADER'],
  ['an assertion for an hour', notes('identity: { lifetimeSeconds: 3600 }'), 'range'],
  ['a requirement of nothing', ['{ roles: [admin] }', '{}'], 'ERR_CONFIG_POLICY'],
  ['a requirement of no role', ['roles: [admin]', 'roles: []'], 'ERR_CONFIG_POLICY'],
  ['a misspelt audience', top('audiance: https://mcp.example.com'), 'unknown-key'],
  ['a misspelt policy', ['    policy:\n      tools:', '    polcy:\n      tools:'], 'unknown-key'],
  ['a route below .well-known', ['/weather', '/.well-known/x'], 'ERR_CONFIG_GATEWAY_ROUTE'],
  ['a limit of nothing', ['600/minute', '0/minute'], 'ERR_CONFIG_NUMBER_RANGE'],
]

describe('unsafe configurations', () => {
  test('there are more than forty', () => expect(UNSAFE.length).toBeGreaterThanOrEqual(40))

  test.each(UNSAFE)('SEC-390: %s', async (_title, [from, to], rule) => {
    const folder = await makeExampleFolder()
    expect(example).toContain(from)
    await writeFile(join(folder, 'gatehouse.yaml'), example.replace(from, to))
    const { code, stdout } = await checkFile(folder)
    expect([code, stdout]).toEqual([1, expect.stringMatching(/^gatehouse\.yaml:\d+:\d+: /)])
    expect(stdout).toContain(`[${rule}`)
    for (const secret of [SECRET, 'hunter2']) expect(stdout).not.toContain(secret)
  })

  test('SEC-390: one audience of two upstreams', async () => {
    const folder = await makeExampleFolder()
    const text = example
      .replace('requiredScopes: [notes:read]', 'identity: { audience: internal }')
      .replace(
        'policy:\n      unlisted',
        'identity: { audience: internal }\n    policy:\n      unlisted',
      )
    await writeFile(join(folder, 'gatehouse.yaml'), text)
    expect((await checkFile(folder)).stdout).toContain('routes[1].identity.audience')
  })
})

test('a risk can be taken, by its name and no other', async () => {
  const folder = await makeExampleFolder()
  const text = example.replace('port: 9090', 'port: 9090\n  host: 0.0.0.0')
  const accepting = (rule: string): string => `acceptRisks: [${rule}]\n${text}`
  await writeFile(join(folder, 'gatehouse.yaml'), accepting('admin-exposed'))
  expect((await checkFile(folder)).code).toBe(0)
  await writeFile(join(folder, 'gatehouse.yaml'), accepting('any-origin'))
  expect((await checkFile(folder)).stdout).toContain('[admin-exposed]')
  await writeFile(join(folder, 'gatehouse.yaml'), accepting('secret-in-file'))
  expect((await checkFile(folder, ENV)).stdout).toContain(ACCEPTABLE_RISKS.join(', '))
})
