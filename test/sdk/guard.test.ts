import { describe, expect, test } from 'vitest'
import type { Policy } from '../../src/policy/index.ts'
import { definePolicy } from '../../src/policy/index.ts'
import { type GuardableMcpServer, type GuardOptions, guard } from '../../src/sdk/index.ts'
import { answerTo, type Caller, type Sdk, sdkV1, sdkV2, type TestClient } from './servers.ts'

const policy = definePolicy({
  implies: { 'repo:admin': ['repo:write'], 'repo:write': ['repo:read'] },
  tools: {
    list_repos: 'repo:read',
    delete_repo: ({ force }) => (force === true ? ['repo:admin'] : 'repo:write'),
    admin_stats: { roles: ['admin'] },
    read_file: [],
    ping_repo: { acrValues: ['mfa'] },
  },
  prompts: { summary: 'repo:read', board_report: { roles: ['admin'] } },
  resources: {
    'repo://public/readme': 'repo:read',
    'repo://private/payroll': { roles: ['admin'] },
    'repo://files/{name}': { roles: ['admin'] },
  },
})

const ALICE = { sub: 'alice', client_id: 'app', scope: 'repo:write' }
const ADMIN = { sub: 'root', client_id: 'app', scope: 'repo:read', roles: ['admin'] }
const GUEST = { sub: 'guest', client_id: 'app', scope: 'mail' }

interface Open {
  readonly client: TestClient
  readonly called: readonly string[]
}

const SDKS: readonly (readonly [string, Sdk<GuardableMcpServer>])[] = [
  ['v1', sdkV1],
  ['v2', sdkV2],
]
const CONSTRUCTIONS = SDKS.flatMap(([version, sdk]) => [
  [version, 'as it registers', sdk, undefined] as const,
  [version, 'with declared capabilities', sdk, 'declared' as const] as const,
])

describe.each(CONSTRUCTIONS)('SDK %s, handlers set %s', (version, _how, sdk, capabilities) => {
  async function open(
    caller: Caller,
    by: Policy = policy,
    options: GuardOptions = {},
  ): Promise<Open> {
    const called: string[] = []
    const server = sdk.create(capabilities)
    expect(guard(server, by, options)).toBe(server)
    sdk.fill(server, called)
    return { client: await sdk.connect(server, caller), called }
  }

  test('what the policy allows reaches the handler', async () => {
    const { client, called } = await open(ALICE)
    await client.callTool({ name: 'list_repos' })
    await client.callTool({ name: 'delete_repo', arguments: { force: false } })
    await client.getPrompt({ name: 'summary' })
    await client.readResource({ uri: 'repo://public/readme' })
    expect(called).toEqual(['list_repos', 'delete_repo', 'summary', 'repo://public/readme'])
  })

  test('a lack of scopes is a tool error that names all that are needed', async () => {
    const { client, called } = await open(ALICE)
    const denied = await client.callTool({ name: 'delete_repo', arguments: { force: true } })
    expect(denied).toMatchObject({
      content: [{ type: 'text', text: expect.stringMatching(/^Scopes needed: repo:admin: /) }],
      isError: true,
    })
    expect(called).toEqual([])
  })

  test('a lack of scopes is an error with the scopes for prompts and resources', async () => {
    const { client, called } = await open(GUEST)
    const error = {
      code: -32_003,
      message: expect.stringMatching(/Scopes needed: repo:read: /),
      data: { error: 'insufficient_scope', scope: 'repo:read' },
    }
    expect(await answerTo(client.getPrompt({ name: 'summary' }))).toEqual({ error })
    expect(await answerTo(client.readResource({ uri: 'repo://public/readme' }))).toEqual({ error })
    expect(called).toEqual([])
  })

  test('what is hidden is answered like what does not exist', async () => {
    const openToAll = definePolicy({
      tools: { admin_stats: { roles: ['admin'] } },
      prompts: { board_report: { roles: ['admin'] } },
      resources: {
        'repo://private/payroll': { roles: ['admin'] },
        'repo://files/{name}': { roles: ['admin'] },
      },
      unlisted: 'authenticated',
    })
    const { client, called } = await open(GUEST, openToAll, { reconcile: 'off' })
    const argument = { name: 'year', value: '' }
    const asks: readonly (readonly [string, string, (name: string) => Promise<unknown>])[] = [
      ['admin_stats', 'admin_statz', (name) => client.callTool({ name })],
      ['board_report', 'board_repost', (name) => client.getPrompt({ name })],
      ['repo://private/payroll', 'repo://private/payrolx', (uri) => client.readResource({ uri })],
      ['repo://files/x', 'repo://filez/x', (uri) => client.readResource({ uri })],
      ['REPO://files/x', 'REPO://filez/x', (uri) => client.readResource({ uri })],
      [
        'board_report',
        'board_repost',
        (name) => client.complete({ ref: { type: 'ref/prompt', name }, argument }),
      ],
      [
        'repo://files/{name}',
        'repo://filez/{name}',
        (uri) => client.complete({ ref: { type: 'ref/resource', uri }, argument }),
      ],
    ]
    for (const [hidden, unknown, ask] of asks) {
      const [first, second] = [await answerTo(ask(hidden)), await answerTo(ask(unknown))]
      const renamed = JSON.stringify(second)
        .replaceAll(unknown, hidden)
        .replaceAll(unknown.toLowerCase(), hidden.toLowerCase())
      expect(first).toEqual(JSON.parse(renamed))
      expect(JSON.stringify(first)).toContain('not found')
    }
    expect(called).toEqual([])
  })

  test('under a closed policy the unknown is answered in the same words', async () => {
    const { client } = await open(GUEST)
    const [hidden, unknown] = [
      await answerTo(client.callTool({ name: 'admin_stats' })),
      await answerTo(client.callTool({ name: 'admin_statz' })),
    ]
    const text = 'Tool admin_stats not found'
    expect(hidden).toEqual(
      version === 'v1'
        ? {
            result: {
              content: [{ type: 'text', text: `MCP error -32602: ${text}` }],
              isError: true,
            },
          }
        : { error: { code: -32_602, message: text, data: undefined } },
    )
    expect(JSON.parse(JSON.stringify(unknown).replaceAll('statz', 'stats'))).toEqual(
      JSON.parse(JSON.stringify(hidden)),
    )
  })

  test('lists show what the caller may use, in their order', async () => {
    const guest = await open(GUEST)
    expect((await guest.client.listTools()).tools.map(({ name }) => name)).toEqual([
      'ping_repo',
      // What it needs depends on the arguments.
      'delete_repo',
      'read_file',
    ])
    expect((await guest.client.listPrompts()).prompts).toEqual([])
    expect((await guest.client.listResources()).resources).toEqual([])
    expect((await guest.client.listResourceTemplates()).resourceTemplates).toEqual([])

    const admin = await open(ADMIN)
    expect((await admin.client.listTools()).tools.map(({ name }) => name)).toEqual([
      'list_repos',
      'admin_stats',
      'ping_repo',
      'delete_repo',
      'read_file',
    ])
    expect((await admin.client.listPrompts()).prompts.map(({ name }) => name)).toEqual([
      'summary',
      'board_report',
    ])
    expect((await admin.client.listResources()).resources.map(({ uri }) => uri)).toEqual([
      'repo://public/readme',
      'repo://private/payroll',
    ])
    const { resourceTemplates } = await admin.client.listResourceTemplates()
    expect(resourceTemplates.map(({ uriTemplate }) => uriTemplate)).toEqual(['repo://files/{name}'])
  })

  test('a stronger sign-in, a refusal and a failure say nothing of the rule', async () => {
    const secret = 'select * from rules'
    const strict = definePolicy({
      tools: {
        list_repos: { when: () => false },
        delete_repo: () => {
          throw new Error(secret)
        },
        ping_repo: { acrValues: ['mfa'] },
        'admin_*': { when: () => Promise.reject(new Error(secret)) },
        read_file: [],
      },
      unlisted: 'authenticated',
    })
    const { client, called } = await open(ALICE, strict, { reconcile: 'off' })
    const answers = await Promise.all([
      client.callTool({ name: 'list_repos' }),
      client.callTool({ name: 'delete_repo', arguments: { force: true } }),
      client.callTool({ name: 'admin_stats' }),
      client.callTool({ name: 'ping_repo' }),
    ])
    for (const answer of answers) {
      expect(answer).toMatchObject({ isError: true })
      expect(JSON.stringify(answer)).not.toContain(secret)
    }
    expect(answers[1]).toEqual(answers[0])
    expect(answers[2]).toEqual(answers[0])
    expect(answers[3]).not.toEqual(answers[0])
    expect(called).toEqual([])
  })

  test('nobody may do anything, unless that is allowed', async () => {
    const { client, called } = await open(undefined)
    const denied = await client.callTool({ name: 'read_file' })
    expect(denied).toMatchObject({ isError: true })
    expect(JSON.stringify(denied)).toContain('Nobody is signed in')
    for (const request of [
      client.listTools(),
      client.getPrompt({ name: 'summary' }),
      client.readResource({ uri: 'repo://public/readme' }),
    ]) {
      expect(await answerTo(request)).toMatchObject({ error: { code: -32_003 } })
    }
    expect(called).toEqual([])

    const local = await open(undefined, policy, { unauthenticated: 'allow' })
    expect((await local.client.listTools()).tools).toHaveLength(5)
    await local.client.callTool({ name: 'admin_stats' })
    expect(local.called).toEqual(['admin_stats'])
  })

  test('a token of another verifier is not nobody', async () => {
    const called: string[] = []
    const server = guard(sdk.create(capabilities), policy, { unauthenticated: 'allow' })
    sdk.fill(server, called)
    const client = await sdk.connect(server, 'foreign token')
    expect(JSON.stringify(await client.callTool({ name: 'read_file' }))).toContain('Nobody')
    expect(await answerTo(client.listTools())).toMatchObject({ error: { code: -32_003 } })
    expect(called).toEqual([])
  })

  test('what fails in the policy is told to the server, and not to the client', async () => {
    const failing = definePolicy({
      tools: { '*': () => Promise.reject(new Error('no database')) },
      prompts: { '*': [] },
    })
    const errors: unknown[] = []
    const server = guard(sdk.create(capabilities), failing)
    sdk.fill(server, [])
    const client = await sdk.connect(server, ALICE)
    Object.assign(server.server, {
      onerror: (error: unknown) => {
        errors.push(error)
        throw new Error('listener')
      },
    })
    const denied = await client.callTool({ name: 'read_file' })
    expect(denied).toMatchObject({ isError: true })
    expect(JSON.stringify([denied, errors.map(String)])).toMatch(/^[^]*Not allowed[^]*no database/)
    expect(JSON.stringify(denied)).not.toMatch(/database|listener/)
  })

  test('a tool error names the scopes that the handler asks for', async () => {
    const { client, called } = await open(ALICE)
    expect(await client.callTool({ name: 'read_file' })).toMatchObject({
      content: [{ text: expect.stringMatching(/^Scopes needed: repo:secret: /) }],
      isError: true,
    })
    const trusted = await open({ ...ALICE, scope: 'repo:secret' })
    await trusted.client.callTool({ name: 'read_file' })
    expect([called, trusted.called]).toEqual([[], ['read_file']])
  })

  test('scopes that the handler asks for may be implied', async () => {
    const implying = definePolicy({
      implies: { all: ['repo:secret'] },
      tools: { '*': [] },
      prompts: { '*': [] },
    })
    const { client, called } = await open({ ...ALICE, scope: 'all' }, implying)
    await client.callTool({ name: 'read_file' })
    expect(called).toEqual(['read_file'])
  })

  test.each(['__proto__', 'constructor', 'toString', ''])(
    'a tool by the name %j is unknown',
    async (name) => {
      const { client, called } = await open(ADMIN)
      expect(JSON.stringify(await answerTo(client.callTool({ name })))).toContain('not found')
      expect(called).toEqual([])
    },
  )
})
