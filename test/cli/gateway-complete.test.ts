import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { checkFile, lineOf, type Mistake } from './gateway-example.ts'
import { runHere } from './support.ts'

const COMPLETE = resolve(import.meta.dirname, '../../examples/gateway/complete.yaml')
const SECRETS = {
  DATABASE_URL: 'postgres://gateway:db-secret@db.internal/gateway?sslmode=verify-full',
  REDIS_URL: 'rediss://:redis-secret@redis.internal:6379',
  SIGN_IN_SECRET: 'sign-in-secret',
  EXCHANGE_SECRET: 'exchange-secret',
}

let example = ''
let folder = ''

beforeAll(async () => {
  const text = await readFile(COMPLETE, 'utf8')
  example = text.replace('file:/run/secrets/github', 'file:secrets/github')
  folder = await mkdtemp(join(tmpdir(), 'gateway-complete-'))
  await mkdir(join(folder, 'secrets'))
  await writeFile(join(folder, 'secrets/github'), 'github-secret\n')
  for (const use of ['signing', 'storage', 'cookies']) {
    await runHere(folder, ['keys', 'generate', '--use', use])
  }
})

afterAll(() => rm(folder, { recursive: true }))

/** Checks the example with something replaced. */
async function check(text: string) {
  await writeFile(join(folder, 'gatehouse.yaml'), text)
  return checkFile(folder, SECRETS)
}

test('three upstreams, two connections, limits and tenants are right', async () => {
  expect(await check(example)).toMatchObject({
    code: 0,
    stderr: '',
    stdout: expect.stringContaining('gatehouse.yaml is right: 3 resources.'),
  })
})

const MISTAKES: readonly Mistake[] = [
  {
    title: 'a service that is not described',
    change: ['      jira:\n        headers', '      jria:\n        headers'],
    at: 'jria:',
    key: 'routes[0].connections.jria',
    says: 'ERR_CONFIG_SERVICE_UNKNOWN',
  },
  {
    title: 'a field that users do not type in',
    change: ['{email}', '{mail}'],
    key: 'routes[0].connections.jira.headers.x-jira-user',
    says: 'a text with {email} or {token}',
  },
  {
    title: 'a misspelt profile',
    change: ['profile: github', 'profile: gihub'],
    key: 'connections.services.github.profile',
    says: 'Did you mean github? [choice]',
  },
  {
    title: 'a misspelt key of a service',
    change: ['scopes: [repo]', 'scope: [repo]'],
    key: 'connections.services.github.scope',
    says: 'There is no such key here. Did you mean scopes? [unknown-key]',
  },
  {
    title: 'a service without its client',
    change: ['      clientId: Iv1.8a61f9b3a7aba766\n', ''],
    at: 'github:\n      profile',
    key: 'connections.services.github.clientId',
    says: 'ERR_CONFIG_',
  },
  {
    title: 'a field without a label',
    change: ['{ label: API token, hint', '{ hint'],
    key: 'connections.services.jira.fields.token.label',
    says: 'The key is missing. Write what stands beside the field.',
  },
  {
    title: 'a key of another kind of service',
    change: ['title: Jira', 'title: Jira\n      pkce: none'],
    at: 'pkce: none',
    key: 'connections.services.jira.pkce',
    says: 'ERR_CONFIG_OPTION_UNKNOWN',
  },
  {
    title: 'nowhere to sign in',
    change: [/ {2}signIn:\n(?: {4}.*\n)+/.source, ''],
    at: 'connections:',
    key: 'connections.signIn',
    says: 'The key is missing. Write where users of the pages sign in',
  },
  {
    title: 'a sign-in over http',
    change: ['    issuer: https://id', '    issuer: http://id'],
    key: 'connections.signIn.issuer',
    says: 'https',
  },
  {
    title: 'no keys for cookies',
    change: ['.keys/cookies.json', '.keys/cookie.json'],
    key: 'connections.cookieKeys',
    says: 'Create it with `mcp-gatehouse keys generate`',
  },
  {
    title: 'keys of another use',
    change: ['cookieKeys: .keys/cookies.json', 'cookieKeys: .keys/storage.json'],
    key: 'connections.cookieKeys',
    says: 'ERR_CONFIG_KEY',
  },
  {
    title: 'a secret in the file',
    change: ['${SIGN_IN_SECRET}', 'sign-in-secret'],
    at: 'clientSecret: sign-in-secret',
    key: 'connections.signIn.clientSecret',
    says: 'A secret stands in the configuration. Write ${VARIABLE}, or file:',
  },
  {
    title: 'a storage of nothing known',
    change: ['url: ${DATABASE_URL}', 'url: mysql://db.internal/gateway'],
    key: 'storage.url',
    says: 'Write sqlite:gatehouse.db, or the URL of PostgreSQL or Redis',
  },
  {
    title: 'a storage that is not sealed',
    change: ['  keys: .keys/storage.json\n', ''],
    at: 'storage:',
    key: 'storage.keys',
    says: 'What is kept there would not be sealed. Create keys with `mcp-gatehouse keys generate',
  },
  {
    title: 'a storage that forgets',
    change: ['url: ${DATABASE_URL}', "url: 'memory:'"],
    key: 'storage.url',
    says: 'is lost when this process ends, and no other replica has it. Write sqlite:gatehouse.db',
  },
  {
    title: 'an exchange for nobody in particular',
    change: ['        audience: https://orders.internal/mcp\n', ''],
    at: 'exchange:\n',
    key: 'routes[1].identity.exchange.scopes',
    says: 'ERR_CONFIG_OPTION_TYPE',
  },
  {
    title: 'an exchange at a server that nobody trusts',
    change: ['        issuer: https://id.example.com', '        issuer: https://id2.example.com'],
    key: 'routes[1].identity.exchange.issuer',
    says: 'ERR_CONFIG_OPTIONS_CONFLICT',
  },
  {
    title: 'an exchange in other words',
    change: ['      exchange:\n', '      exchagne:\n'],
    at: 'exchagne:',
    key: 'routes[1].identity.exchagne',
    says: 'There is no such key here. Did you mean exchange? [unknown-key]',
  },
  {
    title: 'a connection in the field of the assertion',
    change: ['x-github-token:', 'authorization:'],
    at: 'authorization: ',
    key: 'routes[0].connections.github.headers',
    says: 'ERR_CONFIG_OPTIONS_CONFLICT',
  },
  {
    title: 'a tenant that is a number',
    change: ['tenant: acme', 'tenant: 42'],
    key: 'routes[0].tenant',
    says: 'Write a tenant, { header: x-tenant } or { hosts: { acme.example.com: acme } }. [type]',
  },
  {
    title: 'a verifier of an unknown kind',
    change: ['apiKeys: { prefix: acme }', 'apiKey: { prefix: acme }'],
    key: 'routes[2].verifier.apiKey',
    says: 'There is no such key here. Did you mean apiKeys? [unknown-key]',
  },
  {
    title: 'a proof that is good for ever',
    change: ['dpop: {}', 'dpop: { proofSeconds: 3600 }'],
    key: 'routes[0].dpop.proofSeconds',
    says: 'The number is too large. Write 1 to 300 seconds since a proof was made; 60 by default. [range]',
  },
]

test('there are more than twenty', () => expect(MISTAKES.length).toBeGreaterThan(20))

test.each(MISTAKES)('SEC-391: $title', async ({ change: [from, to], at, key, says }) => {
  const text = from.includes('\\n')
    ? example.replace(new RegExp(from), to)
    : example.replace(from, () => to)
  expect(text).not.toBe(example)
  const { code, stdout, stderr } = await check(text)
  expect(stderr).toBe('')
  expect([code, stdout.trimEnd().split('\n').length]).toEqual([1, 1])
  expect(stdout).toContain(`: ${key}: `)
  expect(stdout).toContain(says)
  expect(stdout).toMatch(new RegExp(`^gatehouse\\.yaml:${lineOf(text, at ?? to)}:\\d+: `))
  for (const secret of ['db-secret', 'redis-secret', 'exchange-secret', 'github-secret']) {
    expect(stdout).not.toContain(secret)
  }
})
