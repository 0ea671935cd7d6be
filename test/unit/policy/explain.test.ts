import { describe, expect, test } from 'vitest'
import { definePolicy } from '../../../src/policy/index.ts'
import { caller, granted, NOW } from './caller.ts'

const policy = definePolicy({
  implies: { 'repo:admin': ['repo:write'], 'repo:write': ['repo:read'] },
  tools: {
    list_repos: 'repo:read',
    delete_repo: ({ force }) => (force === true ? ['repo:write', 'repo:admin'] : 'repo:write'),
    'admin_*': { roles: ['admin', 'owner'], claims: { department: 'it' }, anyScope: ['a', 'b'] },
    pay: { acrValues: ['gold'], maxAgeSeconds: 60, when: () => false },
    broken: () => undefined as never,
    leaking: () => {
      throw new Error('the token is secret-123')
    },
  },
  methods: { 'tools/call': [] },
})

async function why(...about: Parameters<typeof policy.explain>): Promise<string> {
  return String(await policy.explain(...about))
}

describe('the text', () => {
  test('of a missing scope names what would include it, and the answer', async () => {
    const what = { tool: 'delete_repo', args: { force: true } }
    expect(await why(granted('repo:write', 'notes'), what)).toBe(
      `✗ tool "delete_repo"
  granted scopes: "repo:write", "notes"
  ✗ rule: tools["delete_repo"], a function of the arguments
    ✓ function: returned a rule
    ✓ scope: "repo:write" is granted
    ✗ scope: "repo:admin" is not granted
  ✓ rule: methods["tools/call"]
    ✓ caller: any authenticated caller
Answer: 403 insufficient_scope, scope="repo:admin".`,
    )
  })

  test('of an allowed call names the implication', async () => {
    expect(await why(granted('repo:admin'), { tool: 'list_repos' })).toBe(
      `✓ tool "list_repos"
  granted scopes: "repo:admin"
  ✓ rule: tools["list_repos"]
    ✓ scope: "repo:admin" is granted, and includes it: "repo:admin" → "repo:write" → "repo:read"
  ✓ rule: methods["tools/call"]
    ✓ caller: any authenticated caller
Answer: allowed.`,
    )
  })

  test('of a hidden tool shows every check with what the caller has', async () => {
    const principal = caller({ roles: ['user'], claims: { department: 'hr', email: 'a@b.c' } })
    expect(await why(principal, { tool: 'admin_purge' })).toBe(
      `✗ tool "admin_purge"
  granted scopes: nothing
  ✗ rule: tools["admin_*"]
    ✗ roles: needs one of "admin", "owner"; the caller has "user"
    ✗ claim "department": needs "it"; the caller has "hr"
    ✗ any scope: needs one of these
      ✗ scope: "a" is not granted
      ✗ scope: "b" is not granted
  ✓ rule: methods["tools/call"]
    ✓ caller: any authenticated caller
Answer: the same as for an unknown tool.`,
    )
  })

  test('of a tool without a rule', async () => {
    expect(await why(granted(), { tool: 'x\u001b[31m\u202e' })).toBe(
      `✗ tool "x\\u001b[31m\\u{202e}"
  granted scopes: nothing
  ✗ rule: no key of tools covers it, and \`unlisted\` is 'deny'
Answer: the same as for an unknown tool.`,
    )
  })

  test('of a sign-in that is too weak, too old, or strong enough', async () => {
    const claims = { acr: 'gold', auth_time: NOW - 61 }
    expect(await why(caller({ claims }), { tool: 'pay' }, NOW)).toContain(
      `    ✓ acr: needs one of "gold"; the caller has "gold"
    ✗ sign-in age: needs a sign-in of the last 60 s; auth_time is ${NOW - 61}, now is ${NOW}
    · when: not asked`,
    )
    const refused = await why(caller({ claims }), { tool: 'pay' }, NOW - 1)
    expect(refused).toContain('    ✗ when: the function answered false')
    expect(refused).toContain('Answer: refused, and no scope or sign-in would change that.')
    const unknown = await why(caller({ claims }), { tool: 'pay' })
    expect(unknown).toContain('and no time was given')
    expect(unknown).toContain(
      'Answer: 401 insufficient_user_authentication, acr_values="gold", max_age="60".',
    )
  })

  test('of a failure says what is wrong with the policy, and keeps the messages of others', async () => {
    const broken = await why(granted(), { tool: 'broken' })
    expect(broken).toContain('    ✗ function: failed')
    expect(broken).toContain('policy.tools["broken"]()')
    const leaking = await why(granted(), { tool: 'leaking' })
    expect(leaking).not.toContain('secret-123')
    expect(leaking).toContain('Answer: refused, since the policy failed: "Error"')
  })

  test('never shows a claim that no rule names', async () => {
    const claims = { email: 'secret-123', jti: 'secret-123', department: { deep: 'secret-123' } }
    for (const tool of ['admin_x', 'pay', 'list_repos', 'unknown']) {
      expect(await why(caller({ claims }), { tool })).not.toContain('secret-123')
    }
  })

  test('stays short', async () => {
    const scopes = Array.from({ length: 1000 }, (_, index) => `${index}${'x'.repeat(1000)}`)
    expect((await why(granted(...scopes), { tool: 'list_repos' })).length).toBeLessThan(6000)
  })
})

test('the tree has the checks below their rules', async () => {
  const { decision, children } = await policy.explain(granted('repo:read'), { tool: 'list_repos' })
  expect(decision).toEqual({ kind: 'allow' })
  expect(children[0]).toEqual({
    check: 'rule',
    passed: true,
    detail: 'tools["list_repos"]',
    children: [{ check: 'scope', passed: true, detail: '"repo:read" is granted', children: [] }],
  })
})

test.each([{ resource: 'note://1' }, { prompt: 'hello' }, { method: 'x/y' }])(
  'explains %j',
  async (what) => {
    expect((await policy.explain(granted(), what)).decision).toEqual({ kind: 'hidden' })
  },
)

test.each([{}, { tool: 1 }, { tool: 'a', prompt: 'b' }])('%j is no operation', async (what) => {
  await expect(policy.explain(granted(), what as { tool: string })).rejects.toMatchObject({
    code: 'ERR_CONFIG_OPTION_TYPE',
  })
})
