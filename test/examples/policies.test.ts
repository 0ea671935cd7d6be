import { readFileSync } from 'node:fs'
import type { Principal, ResourceServer } from 'mcp-gatehouse'
import { createTokenIssuer, type TokenIssuer } from 'mcp-gatehouse/testing'
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { currentPrincipal } from '../../src/context/index.ts'
import { type Case, expectDecisions, granted, principal } from './decisions.ts'
import { runExample } from './run-example.ts'

/** What the recipes configure. */
const ISSUER = 'https://id.example.com/realms/acme'
const RESOURCE = 'https://mcp.example.com/mcp'

const network = vi.hoisted(() => {
  const routes = new Map<string, (init?: RequestInit) => Response>()
  const platformFetch = globalThis.fetch
  // The package takes the platform's `fetch` as it is when it loads.
  globalThis.fetch = async (input, init) => {
    const url = new URL(input instanceof Request ? input.url : input)
    const answer = routes.get(url.host)
    return answer === undefined ? platformFetch(input, init) : answer(init)
  }
  return { routes, platformFetch }
})

let issuer: TokenIssuer
beforeAll(async () => {
  issuer = await createTokenIssuer()
  const metadata = { ...issuer.metadata, issuer: ISSUER, jwks_uri: 'https://keys.example.com/' }
  network.routes.set('id.example.com', () => Response.json(metadata))
  network.routes.set('keys.example.com', () => Response.json(issuer.jwks))
})
beforeEach(() => {
  network.routes.delete('127.0.0.1:8181')
})
afterAll(async () => {
  globalThis.fetch = network.platformFetch
  await issuer.close()
})

type Claims = Readonly<Record<string, unknown>>

/** The caller whom a token with these claims names, and a request of theirs. */
async function requestOf(claims: Claims, tool: string, args: Claims = {}, url = RESOURCE) {
  const aud = url === RESOURCE ? RESOURCE : 'https://mcp.example.com/t'
  const params = { name: tool, arguments: args }
  return new Request(url, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${await issuer.mint({ iss: ISSUER, aud, ...claims })}`,
      'content-type': 'application/json',
    },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params }),
  })
}

/** The status of a tool call, and what its challenge says about scopes. */
async function answerTo(gatehouse: Pick<ResourceServer, 'protect'>, request: Request) {
  const answer = await gatehouse.protect(() => new Response('handled'))(request)
  const challenge = answer.headers.get('www-authenticate') ?? ''
  const error = /error="(\w+)"/.exec(challenge)?.[1]
  return { status: answer.status, error, scope: / scope="([^"]*)"/.exec(challenge)?.[1] }
}

const HANDLED = { status: 200, error: undefined, scope: undefined }

test('the quick start: scopes that include others, an argument, a role', async () => {
  const { gatehouse } = await import('../../examples/quick-start/policy.ts')
  const answer = async (claims: Claims, tool: string, args?: Claims) =>
    answerTo(gatehouse, await requestOf(claims, tool, args))
  const lacks = (scope: string) => ({ status: 403, error: 'insufficient_scope', scope })
  expect(await answer({ scope: 'notes:admin' }, 'find_notes')).toEqual(HANDLED)
  expect(await answer({ scope: 'notes:write' }, 'delete_note')).toEqual(HANDLED)
  const forever = await answer({ scope: 'notes:write' }, 'delete_note', { forever: true })
  expect(forever).toEqual(lacks('notes:admin'))
  expect(await answer({ roles: ['auditor'] }, 'audit_log')).toEqual(HANDLED)
  const hidden = await gatehouse.protect(() => new Response('handled'))(
    await requestOf({ scope: 'notes:admin' }, 'audit_log'),
  )
  expect(await hidden.json()).toMatchObject({
    error: { code: -32602, message: 'Tool audit_log not found' },
  })
})

test('the first rule: the right scope, the wrong one, no rule', async () => {
  const { gatehouse } = await import('../../examples/recipes/policy-first-tool.ts')
  const call = async (scope: string, tool: string) =>
    gatehouse.protect(() => new Response('handled'))(await requestOf({ scope }, tool))
  expect(await answerTo(gatehouse, await requestOf({}, 'list_repos'))).toEqual(HANDLED)
  const writer = await requestOf({ scope: 'repo:write' }, 'delete_repo')
  expect(await answerTo(gatehouse, writer)).toEqual(HANDLED)
  const reader = await requestOf({ scope: 'repo:read' }, 'delete_repo')
  const challenge = { status: 403, error: 'insufficient_scope', scope: 'repo:read repo:write' }
  expect(await answerTo(gatehouse, reader)).toEqual(challenge)
  expect(await (await call('repo:write', 'drop_tables')).json()).toMatchObject({
    error: { code: -32602, message: 'Tool drop_tables not found' },
  })
})

test('scopes include others, and the more specific rule wins', async () => {
  const { policy } = await import('../../examples/recipes/policy-scopes.ts')
  await expectDecisions(policy, [
    [granted('repo:admin'), { tool: 'list_repos' }, 'allow'],
    [granted('repo:write'), { tool: 'list_repos' }, 'allow'],
    [granted('repo:write'), { tool: 'create_repo' }, 'repo:write org:read'],
    [granted('org:read'), { tool: 'search' }, 'allow'],
    [granted(), { tool: 'search' }, 'repo:read'],
    [granted('repo:write'), { tool: 'admin_purge' }, 'repo:admin'],
    [granted('repo:read'), { tool: 'admin_status' }, 'allow'],
  ])
})

test('arguments change what is needed, and odd ones do not help', async () => {
  const { policy } = await import('../../examples/recipes/policy-arguments.ts')
  const writer = granted('repo:write')
  const payer = { ...granted('money:send'), claims: { limit: 100 } }
  await expectDecisions(policy, [
    [writer, { tool: 'delete_repo' }, 'allow'],
    [writer, { tool: 'delete_repo', args: { force: false } }, 'allow'],
    [writer, { tool: 'delete_repo', args: { force: true } }, 'repo:admin'],
    [writer, { tool: 'delete_repo', args: { force: 'true' } }, 'repo:admin'],
    [payer, { tool: 'send_money', args: { amount: 100 } }, 'allow'],
    [payer, { tool: 'send_money', args: { amount: 101 } }, 'forbidden'],
    [payer, { tool: 'send_money', args: { amount: '1' } }, 'forbidden'],
    [payer, { tool: 'send_money' }, 'forbidden'],
    [granted('money:send'), { tool: 'send_money', args: { amount: 1 } }, 'forbidden'],
  ])
})

test('roles, permissions and claims hide; scopes are asked for', async () => {
  const { policy } = await import('../../examples/recipes/policy-roles.ts')
  const cfo = principal({ roles: new Set(['cfo']) })
  const clerk = principal({ permissions: new Set(['refund:create']) })
  const guard = principal({ claims: { department: 'security' } })
  const seller = principal({ claims: { department: 'sales' } })
  const robot: Principal = { ...principal(), kind: 'client', subject: undefined, clientId: 'cron' }
  await expectDecisions(policy, [
    [principal(), { tool: 'read_ledger' }, 'ledger:read'],
    [principal(), { tool: 'close_books' }, 'hidden'],
    [cfo, { tool: 'close_books' }, 'allow'],
    [principal(), { tool: 'refund' }, 'hidden'],
    [clerk, { tool: 'refund' }, 'payments:write'],
    [guard, { tool: 'audit' }, 'allow'],
    [seller, { tool: 'audit' }, 'hidden'],
    [principal(), { tool: 'my_profile' }, 'allow'],
    [robot, { tool: 'my_profile' }, 'hidden'],
  ])
})

describe('tenants and owners', () => {
  const url = 'https://mcp.example.com/t/acme/mcp'

  test('a caller of another tenant is refused at the door', async () => {
    const { gatehouse } = await import('../../examples/recipes/policy-tenants.ts')
    const statusOf = async (org_id: string | undefined, tool: string, at = url) =>
      (await answerTo(gatehouse, await requestOf({ org_id }, tool, {}, at))).status
    expect(await statusOf('acme', 'read_note')).toBe(200)
    expect(await statusOf('globex', 'read_note')).toBe(403)
    expect(await statusOf(undefined, 'read_note')).toBe(403)
    expect(await statusOf('acme', 'read_note', 'https://mcp.example.com/t')).toBe(403)
  })

  test('the note of somebody else is refused, and so is one that does not exist', async () => {
    const { gatehouse, readNote } = await import('../../examples/recipes/policy-tenants.ts')
    const request = await requestOf({ org_id: 'acme' }, 'read_note', {}, url)
    const handler = vi.fn<() => Response>(() => {
      expect(currentPrincipal()?.tenant).toBe('acme')
      expect(() => readNote({ id: '1' })).toThrow('somebody else')
      expect(() => readNote({ id: '2' })).toThrow('somebody else')
      return new Response()
    })
    await gatehouse.protect(handler)(request)
    expect(handler).toHaveBeenCalledOnce()
    expect(() => readNote({ id: '1' })).toThrow('organization')
  })
})

test('a sign-in has to be recent, or strong', async () => {
  const { policy } = await import('../../examples/recipes/policy-sign-in.ts')
  const now = 1_800_000_000
  const signedIn = (authTime: number) => principal({ authTime })
  const strong = { acr: 'urn:example:mfa' }
  const cases: readonly Case[] = [
    [signedIn(now - 300), { tool: 'change_password' }, 'allow'],
    [signedIn(now - 301), { tool: 'change_password' }, 'authentication'],
    [principal(), { tool: 'change_password' }, 'authentication'],
    [{ ...granted('account'), ...strong }, { tool: 'close_account' }, 'allow'],
    [granted('account'), { tool: 'close_account' }, 'authentication'],
    [principal(strong), { tool: 'close_account' }, 'account'],
  ]
  await expectDecisions(policy, cases, now)
})

test('resources, prompts and methods have rules of their own', async () => {
  const { policy } = await import('../../examples/recipes/policy-resources.ts')
  const reader = granted('repo:read')
  await expectDecisions(policy, [
    [reader, { resource: 'repo://acme/site' }, 'allow'],
    [granted(), { resource: 'repo://acme/site' }, 'repo:read'],
    [reader, { resource: 'repo://acme/site/secret' }, 'hidden'],
    [granted(), { resource: 'file:///srv/docs/a/b.md' }, 'allow'],
    [granted(), { resource: 'file:///srv/keys/a.pem' }, 'hidden'],
    [granted(), { prompt: 'review' }, 'repo:read'],
    [granted(), { prompt: 'hr_letter' }, 'hidden'],
    [granted(), { method: 'logging/setLevel' }, 'hidden'],
    [granted(), { method: 'tools/list' }, 'allow'],
    [granted(), { tool: 'anything' }, 'hidden'],
  ])
})

test('the policy engine has the last word, and its failure lets nobody in', async () => {
  const { gatehouse } = await import('../../examples/recipes/policy-decide.ts')
  const scope = 'repo:write'
  const asked: unknown[] = []
  const answering = async (answer: () => Response) => {
    network.routes.set('127.0.0.1:8181', (init) => {
      asked.push(JSON.parse(init?.body as string))
      return answer()
    })
    const request = await requestOf({ scope, org_id: 'acme' }, 'delete_repo', { name: 'site' })
    return (await answerTo(gatehouse, request)).status
  }
  expect(await answering(() => Response.json({ result: true }))).toBe(200)
  expect(asked).toEqual([
    {
      input: {
        id: JSON.stringify([ISSUER, 'acme', 'user', 'alice']),
        tenant: 'acme',
        kind: 'tool',
        name: 'delete_repo',
        args: { name: 'site' },
      },
    },
  ])
  expect(await answering(() => Response.json({ result: false }))).toBe(403)
  expect(await answering(() => Response.json({}))).toBe(403)
  expect(await answering(() => new Response(null, { status: 500 }))).toBe(503)
  asked.length = 0
  expect((await answerTo(gatehouse, await requestOf({}, 'delete_repo'))).status).toBe(403)
  expect(asked).toEqual([])
})

test('a handler asks for a scope that only it knows of, and the client gets 403', async () => {
  const { default: app } = await import('../../examples/recipes/policy-handler.ts')
  const call = async (scope: string) => {
    const request = await requestOf({ scope }, 'read_file', { path: 'plan.md' })
    request.headers.set('accept', 'application/json, text/event-stream')
    request.headers.set('mcp-protocol-version', '2025-11-25')
    return app.fetch(request)
  }
  const refused = await call('files:read')
  expect(refused.status).toBe(403)
  expect(refused.headers.get('www-authenticate')).toContain('scope="files:read files:confidential"')
  const allowed = await call('files:read files:confidential')
  expect(allowed.status).toBe(200)
  expect(await allowed.text()).toContain('World domination')
})

test('declared names allow what they name', async () => {
  const { policy } = await import('../../examples/recipes/policy-typed.ts')
  await expectDecisions(policy, [
    [granted('repo:write'), { tool: 'list_repos' }, 'allow'],
    [granted('repo:read'), { tool: 'delete_repo' }, 'repo:write'],
  ])
})

test('the page shows what explain really prints', async () => {
  const { code, stdout } = await runExample('examples/recipes/policy-explain.ts')
  expect(code).toBe(0)
  expect(stdout.match(/^Answer: .*$/gm)).toEqual([
    'Answer: allowed.',
    'Answer: 403 insufficient_scope, scope="repo:admin".',
    'Answer: the same as for an unknown tool.',
  ])
  expect(readFileSync('docs/policies.md', 'utf8')).toContain(`\n\`\`\`text\n${stdout}\`\`\`\n`)
})

test('who is signed out everywhere has to sign in again; others stay', async () => {
  const { gatehouse } = await import('../../examples/recipes/policy-first-tool.ts')
  const { signOutEverywhere } = await import('../../examples/recipes/policy-revoke.ts')
  const statusOf = async (sub: string) =>
    (await answerTo(gatehouse, await requestOf({ sub }, 'list_repos'))).status
  expect([await statusOf('mallory'), await statusOf('bob')]).toEqual([200, 200])
  await signOutEverywhere('mallory')
  expect([await statusOf('mallory'), await statusOf('bob')]).toEqual([401, 200])
})
