import { readFile, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import * as z from 'zod'
import { createFileSchema } from '../../src/cli/gateway/file-schema.ts'
import { checkFile, ENV, EXAMPLE, lineOf, makeExampleFolder, SECRET } from './gateway-example.ts'

let example = ''

beforeAll(async () => {
  const text = await readFile(EXAMPLE, 'utf8')
  example = text.replace('file:/run/secrets/tickets-key', 'file:secrets/tickets-key')
})

interface Mistake {
  readonly title: string
  /** What of the example is replaced, and by what. */
  readonly change: readonly [from: string, to: string]
  readonly env?: Readonly<Record<string, string>>
  /** Text of the line that is named, where it is not the replacement. */
  readonly at?: string
  readonly key: string
  readonly says: string
}

const MISTAKES: readonly Mistake[] = [
  {
    title: 'a misspelt key at the top',
    change: ['trustedProxyHops', 'trustedProxyHop'],
    key: 'trustedProxyHop',
    says: 'There is no such key here. Did you mean trustedProxyHops? [unknown-key]',
  },
  {
    title: 'a misspelt key in a route',
    change: ['requiredScopes', 'requireScopes'],
    key: 'routes[0].requireScopes',
    says: 'There is no such key here. Did you mean requiredScopes? [unknown-key]',
  },
  {
    title: 'a misspelt key two levels deep',
    change: ['      unlisted:', '      unlistet:'],
    key: 'routes[1].policy.unlistet',
    says: 'There is no such key here. Did you mean unlisted? [unknown-key]',
  },
  {
    title: 'a key of nothing known',
    change: ['drainSeconds: 20', 'colour: blue'],
    key: 'colour',
    says: 'There is no such key here. These are: $schema, acceptRisks, admin,',
  },
  {
    title: 'a key that every object has',
    change: ['drainSeconds: 20', 'constructor: 20'],
    key: 'constructor',
    says: 'There is no such key here. These are: $schema, acceptRisks, admin,',
  },
  {
    title: 'a rule that would be passed over',
    change: ['list_notes:', '__proto__:'],
    key: '__proto__',
    says: 'No key of this file has this name. Remove it, or write the name of what you mean.',
  },
  {
    title: 'a text for a number',
    change: ['port: 9090', 'port: metrics'],
    key: 'admin.port',
    says: 'This is a text of another form. Write 0 to 65535, such as 8080. [type]',
  },
  {
    title: 'a number out of its range',
    change: ['drainSeconds: 20', 'drainSeconds: 36000'],
    key: 'drainSeconds',
    says: 'The number is too large. Write 0 to 3600; 30 by default. [range]',
  },
  {
    title: 'a rate in other words',
    change: ['perAddress: 600/minute', 'perAddress: 600 per minute'],
    key: 'limits.perAddress',
    says: 'This is a text of another form. Write a rate, such as 600/minute. [type]',
  },
  {
    title: 'a word that nearly is a choice',
    change: ['unlisted: authenticated', 'unlisted: authentikated'],
    key: 'routes[1].policy.unlisted',
    says: 'Did you mean authenticated? [choice]',
  },
  {
    title: 'a list that is a text',
    change: ['[https://app.example.com]', 'https://app.example.com'],
    key: 'routes[2].allowedOrigins',
    says: 'Write origins of web pages, such as https://app.example.com. [type]',
  },
  {
    title: 'a route without upstream',
    change: ['    upstream: http://notes:8000/mcp\n', ''],
    at: '- path: /notes',
    key: 'routes[0].upstream',
    says: 'The key is missing. Write the URL of the MCP endpoint, or an object with either url or command.',
  },
  {
    title: 'no public URL',
    change: ['publicUrl: https://mcp.example.com\n', ''],
    at: 'authorizationServers:',
    key: 'publicUrl',
    says: 'The key is missing. Write the origin that clients know, such as https://mcp.example.com.',
  },
  {
    title: 'a path in the public URL',
    change: ['https://mcp.example.com', 'https://mcp.example.com/mcp'],
    key: 'publicUrl',
    says: 'The public URL is not an origin',
  },
  {
    title: 'an issuer over http',
    change: ['https://id.example.com/', 'http://id.example.com/'],
    key: 'authorizationServers[0].issuer',
    says: 'Use an https URL',
  },
  {
    title: 'two routes of one path',
    change: ['path: /weather', 'path: /notes'],
    at: 'path: /notes\n    upstream:\n',
    key: 'routes[1].path',
    says: 'stands there twice',
  },
  {
    title: 'a path without its slash',
    change: ['path: /tickets', 'path: tickets'],
    key: 'routes[2].path',
    says: 'Write it as clients send it, such as /notes/mcp',
  },
  {
    title: 'an upstream with a query',
    change: ['http://notes:8000/mcp', 'http://notes:8000/mcp?key=abc'],
    key: 'routes[0].upstream.url',
    says: 'Write the URL of the MCP endpoint itself',
  },
  {
    title: 'no signing keys for assertions',
    change: ['keys: .keys/signing.json\n', ''],
    at: '- path: /notes',
    key: 'routes[0].identity',
    says: 'there is no key to sign with. Give `keys`',
  },
  {
    title: 'a key file that is not there',
    change: ['.keys/signing.json', '.keys/sining.json'],
    key: 'keys',
    says: 'Create it with `mcp-gatehouse keys generate`, and keep its mode 0600.',
  },
  {
    title: 'a variable that is not set',
    change: ['${REDIS_URL}', '${REDISURL}'],
    key: 'limits.store.redis',
    says: 'The environment variable REDISURL is not set. Set REDISURL in the environment',
  },
  {
    title: 'a variable that is empty',
    change: ['subjects', 'subjects'],
    env: { ...ENV, AUDIT_KEY: '' },
    at: 'key: ${AUDIT_KEY}',
    key: 'audit.key',
    says: 'The environment variable AUDIT_KEY is empty.',
  },
  {
    title: 'a secret that is too short',
    change: ['subjects', 'subjects'],
    env: { ...ENV, AUDIT_KEY: 'hunter2' },
    at: 'key: ${AUDIT_KEY}',
    key: 'audit.key',
    says: '[ERR_CONFIG_SECRET_TOO_SHORT]',
  },
  {
    title: 'a secret file that is not there',
    change: ['secrets/tickets-key', 'secrets/ticket-key'],
    key: 'routes[2].upstreamHeaders.x-api-key',
    says: 'The file cannot be read (ENOENT). Name one that this process can read',
  },
  {
    title: 'a key that stands there twice',
    change: ['drainSeconds: 20', 'trustedProxyHops: 2'],
    key: '',
    says: 'This key stands there twice. Keep one of them. [syntax]',
  },
  {
    title: 'a line that is indented otherwise',
    change: ['  port: 8080', '   port: 8080'],
    at: 'host: 0.0.0.0',
    key: '',
    says: '[syntax]',
  },
  {
    title: 'an empty requirement',
    change: ['purge: { roles: [admin] }', 'purge: {}'],
    key: 'routes[0].policy.tools.purge',
    says: 'ERR_CONFIG_POLICY',
  },
]

describe('mistakes in the example', () => {
  test('it is right without any', async () => {
    const folder = await makeExampleFolder()
    await writeFile(join(folder, 'gatehouse.yaml'), example)
    const { code, stdout, stderr } = await checkFile(folder)
    expect([code, stderr]).toEqual([0, ''])
    expect(stdout).toBe(
      'gatehouse.yaml is right: 3 resources.\n' +
        ['notes', 'weather', 'tickets']
          .map((path) => `  https://mcp.example.com/${path}\n`)
          .join(''),
    )
  })

  test('there are more than twenty', () => expect(MISTAKES.length).toBeGreaterThan(20))

  test.each(MISTAKES)('SEC-391: $title', async ({ change: [from, to], env, at, key, says }) => {
    const folder = await makeExampleFolder()
    const text = example.replace(from, to)
    await writeFile(join(folder, 'gatehouse.yaml'), text)
    const { code, stdout } = await checkFile(folder, env)
    const lines = stdout.trimEnd().split('\n')
    const place = `gatehouse.yaml:${lineOf(text, at ?? to)}`
    expect([code, lines.length]).toEqual([1, 1])
    expect(stdout).toMatch(/^gatehouse\.yaml:\d+:\d+: /)
    expect(stdout).toContain(says)
    expect(stdout).toContain(key === '' ? place : `: ${key}: `)
    expect(stdout.startsWith(`${place}:`)).toBe(true)
    for (const secret of [SECRET, 'pa55word', 'tickets-secret', 'hunter2']) {
      expect(stdout).not.toContain(secret)
    }
  })
})

test('every mistake is told at once, in the order of the file', async () => {
  const folder = await makeExampleFolder()
  const text = example.replace('port: 9090', 'port: x').replace('identity: none', 'identity: nome')
  await writeFile(join(folder, 'gatehouse.yaml'), text)
  const { stdout } = await checkFile(folder)
  expect(stdout.split('\n').map((line) => line.split(': ')[1])).toEqual([
    'admin.port',
    'routes[2].identity',
    undefined,
  ])
})

test('JSON is read as well, and as JSON document the problems come with --json', async () => {
  const folder = await makeExampleFolder()
  const file = { publicUrl: 'https://mcp.example.com', routs: [] }
  await writeFile(join(folder, 'gatehouse.yaml'), JSON.stringify(file, null, 2))
  const { code, stdout } = await checkFile(folder)
  expect(code).toBe(1)
  expect(stdout).toContain(
    'gatehouse.yaml:3:3: routs: There is no such key here. Did you mean routes?',
  )
})

test('the published schema is what files are checked with', async () => {
  const schema = z.toJSONSchema(createFileSchema(z), { io: 'input' })
  const published = {
    ...schema,
    title: 'Configuration of the gateway of mcp-gatehouse',
  }
  await expect(`${JSON.stringify(published, null, 2)}\n`).toMatchFileSnapshot(
    resolve(import.meta.dirname, '../../deploy/gatehouse.schema.json'),
  )
})
