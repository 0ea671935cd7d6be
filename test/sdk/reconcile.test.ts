import { McpServer as McpServerV1 } from '@modelcontextprotocol/sdk/server/mcp.js'
import { McpServer as McpServerV2 } from '@modelcontextprotocol/server'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { definePolicy } from '../../src/policy/index.ts'
import {
  type GuardableMcpServer,
  type GuardOptions,
  guard,
  reconcile,
} from '../../src/sdk/index.ts'
import { type Sdk, sdkV1, sdkV2 } from './servers.ts'

const ALICE = { sub: 'alice', client_id: 'app' }
const fitting = {
  tools: { 'list_*': [], delete_repo: [], admin_stats: [], read_file: [], ping_repo: [] },
  prompts: { summary: [], board_report: [] },
} as const
const misfit = definePolicy({
  tools: { list_repos: [], 'delete_*_now': [], delete_rep: [], 'admin_*': [] },
  prompts: { summary: [], weekly: [] },
})
const FINDINGS =
  'no tool is registered for the rule "delete_*_now", "delete_rep"; ' +
  'no rule covers the tool "ping_repo", "delete_repo", "read_file"; ' +
  'no prompt is registered for the rule "weekly"; ' +
  'no rule covers the prompt "board_report"'

afterEach(() => {
  vi.restoreAllMocks()
})

const SDKS: readonly (readonly [string, Sdk<GuardableMcpServer>])[] = [
  ['v1', sdkV1],
  ['v2', sdkV2],
]

describe.each(SDKS)('SDK %s', (_version, sdk) => {
  function build(policy: ReturnType<typeof definePolicy>, options?: GuardOptions) {
    const server = guard(sdk.create(), policy, options)
    sdk.fill(server, [])
    return server
  }

  test('connect fails with every name that does not fit', async () => {
    await expect(sdk.connect(build(misfit), ALICE)).rejects.toMatchObject({
      name: 'ConfigError',
      code: 'ERR_CONFIG_POLICY_UNREGISTERED',
      message: expect.stringContaining(`policy (${FINDINGS}): `),
    })
    // Not only for the first server of a policy.
    await expect(sdk.connect(build(misfit), ALICE)).rejects.toThrow('delete_rep')
  })

  test('a policy that fits is none the worse for it', async () => {
    const policy = definePolicy(fitting)
    for (const server of [build(policy), build(policy)]) {
      const client = await sdk.connect(server, ALICE)
      expect((await client.listTools()).tools).toHaveLength(5)
    }
    await expect(
      sdk.connect(guard(sdk.create(), policy), ALICE),
      'another server without tools',
    ).rejects.toThrow('no tool is registered')
  })

  test('the console is told once, where that is asked for', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
    const policy = definePolicy({ tools: { '*': [], missing: [] }, prompts: { '*': [] } })
    await sdk.connect(build(policy, { reconcile: 'warn' }), ALICE)
    await sdk.connect(build(policy, { reconcile: 'warn' }), ALICE)
    expect(warn.mock.calls).toEqual([
      ['mcp-gatehouse: no tool is registered for the rule "missing"'],
    ])
  })

  test('nothing is compared where that is switched off', async () => {
    const client = await sdk.connect(build(misfit, { reconcile: 'off' }), ALICE)
    expect((await client.listTools()).tools.map(({ name }) => name)).toEqual([
      'list_repos',
      'admin_stats',
    ])
  })

  test('servers that are built per request are checked when the process starts', () => {
    expect(() => reconcile(build(misfit))).toThrow(FINDINGS)
    expect(() => reconcile(build(definePolicy(fitting)))).not.toThrow()
    expect(() => reconcile(sdk.create())).toThrow('reconcile: server (of guard)')
  })

  test('a server is guarded once', () => {
    const server = build(misfit)
    expect(() => guard(server, misfit)).toThrow('guard: the server is guarded already')
    expect(() => guard(server.server, misfit)).toThrow('guard: the server is guarded already')
  })

  test('what is no server or no policy is refused', () => {
    expect(() => guard(sdk.create(), { tools: {} } as never)).toThrow('guard: policy')
    expect(() => guard({} as never, misfit)).toThrow('guard: server')
  })
})

const LATE = { sub: 'alice', client_id: 'app', scope: 'a' }
const changing = definePolicy({ tools: { one: 'a', two: 'b', three: [] } })

test.each([
  ['v1', () => new McpServerV1({ name: 'v1', version: '1' }, TOOLS), sdkV1],
  ['v2', () => new McpServerV2({ name: 'v2', version: '1' }, TOOLS), sdkV2],
] as const)('SDK %s: tools come, go and change their names', async (_version, create, sdk) => {
  const server = guard(create() as McpServerV2, changing)
  const answer = () => ({ content: [{ type: 'text' as const, text: 'done' }] })
  const one = server.registerTool('one', {}, answer)
  const two = server.registerTool('zwei', {}, answer)
  two.update({ name: 'two' })
  const three = server.registerTool('three', {}, answer)
  const four = server.registerTool('four', {}, answer)
  three.disable()
  four.remove()
  const client = await (sdk as Sdk<McpServerV2>).connect(server, LATE)
  const names = async () => (await client.listTools()).tools.map(({ name }) => name)
  expect(await names()).toEqual(['one'])
  three.enable()
  server.registerTool('five', {}, answer)
  expect(await names()).toEqual(['one', 'three'])
  one.remove()
  expect(await names()).toEqual(['three'])
})

const TOOLS = { capabilities: { tools: {} } }
