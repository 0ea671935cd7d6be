import type { Principal } from 'mcp-gatehouse'
import { describe, expect, test } from 'vitest'
import { startTokenGate, type TokenGate } from './support/token-gate.ts'

describe('SEC-023 a subject that is no name', () => {
  const SUBJECTS: readonly (readonly [string, unknown])[] = [
    ['empty', ''],
    ['a number', 42],
    ['null', null],
    ['a list', ['alice']],
    ['an object', { id: 'alice' }],
    ['4 KiB', 'a'.repeat(4_096)],
    ['with NUL', 'alice\0'],
    ['with CR LF', 'alice\r\nSet-Cookie: a=b'],
    ['with LF', 'alice\nauth.allow bob'],
    ['with ESC', 'alice\u001B[2K'],
    ['with DEL', 'alice\u007F'],
  ]

  test.each(SUBJECTS)('SEC-023 sub %s is refused, user required or not', async (_name, sub) => {
    for (const requireSubject of [true, false]) {
      const gate = await startTokenGate({ requireSubject })
      expect(await gate.ask(gate.token({ sub }))).toEqual(gate.refused('sub'))
      expect(JSON.stringify(gate.events)).not.toContain('Set-Cookie')
    }
  })

  test.each([
    ['absent', undefined],
    ['the client itself', 'client-1'],
  ])('SEC-023 sub %s: a client, refused where a user is required', async (_name, sub) => {
    const strict = await startTokenGate({ requireSubject: true })
    expect(await strict.ask(strict.token({ sub }))).toEqual(strict.refused('sub'))
    const gate = await startTokenGate()
    expect(await gate.admit(gate.token({ sub }))).toMatchObject({
      kind: 'client',
      subject: undefined,
      clientId: 'client-1',
      id: JSON.stringify([gate.issuer.issuer, null, 'client', 'client-1']),
    })
  })

  test('SEC-023 neither subject nor client: refused', async () => {
    const gate = await startTokenGate()
    const token = gate.token({ sub: undefined, client_id: undefined })
    expect(await gate.ask(token)).toEqual(gate.refused('sub'))
  })

  test.each(['auth0|123', 'acme:alice', 'a","b', '["a"]', 'alice@example.com', 'Алиса'])(
    'SEC-023 sub %s is kept as it is, and audited as it is',
    async (sub) => {
      const gate = await startTokenGate({ requireSubject: true })
      expect(await gate.admit(gate.token({ sub }))).toMatchObject({
        kind: 'user',
        subject: sub,
        id: JSON.stringify([gate.issuer.issuer, null, 'user', sub]),
      })
      expect(gate.events).toEqual([expect.objectContaining({ type: 'auth.allow', subject: sub })])
    },
  )

  test('SEC-023 no two identities are joined to one key', async () => {
    const gate = await startTokenGate()
    const identities = [
      { tid: 'acme', sub: 'b|c' },
      { tid: 'acme|b', sub: 'c' },
      { tid: 'acme:b', sub: 'c' },
      { tid: 'acme', sub: 'b:c' },
      { tid: 'acme","user","b', sub: 'c' },
      { tid: 'acme', sub: 'b","user","c' },
      { sub: 'acme' },
      { tid: 'null', sub: 'acme' },
      { sub: undefined, client_id: 'acme' },
      { sub: 'acme', client_id: 'acme', tid: 'client' },
    ]
    const ids: string[] = []
    for (const claims of identities) ids.push((await gate.admit(gate.token(claims))).id)
    expect(new Set(ids).size).toBe(identities.length)
  })
})

describe('SEC-024 scopes are scope-tokens and nothing else', () => {
  const CLAIMS: readonly (readonly [string, object, readonly string[]])[] = [
    ['scope', { scope: 'notes:read notes:write' }, ['notes:read', 'notes:write']],
    ['scope with two spaces', { scope: 'notes:read  b' }, ['notes:read', 'b']],
    ['scope within spaces', { scope: ' notes:read ' }, ['notes:read']],
    ['scope list', { scope: ['notes:read', 'b'] }, ['notes:read', 'b']],
    [
      'scope list of odd things',
      { scope: ['notes:read', 1, null, ['b'], 'c d', ''] },
      ['notes:read'],
    ],
    ['scp list', { scope: undefined, scp: ['notes:read', 'b'] }, ['notes:read', 'b']],
    ['scp text', { scope: undefined, scp: 'notes:read b' }, ['notes:read', 'b']],
    ['scopes list', { scope: undefined, scopes: ['notes:read'] }, ['notes:read']],
    ['scope and another scp', { scope: 'notes:read', scp: ['notes:write'] }, ['notes:read']],
    ['scope and another scopes', { scope: 'notes:read', scopes: ['admin'] }, ['notes:read']],
    ['a quote beside a good one', { scope: 'notes:read a"b' }, ['notes:read']],
    ['a backslash beside a good one', { scope: 'notes:read a\\b' }, ['notes:read']],
    ['a letter beside a good one', { scope: 'notes:read größe' }, ['notes:read']],
  ]

  test.each(CLAIMS)('SEC-024 %s', async (_name, claims, scopes) => {
    const gate = await startTokenGate()
    const principal = await gate.admit(gate.token({ ...claims }))
    expect([...principal.scopes]).toEqual(scopes)
  })

  /** With what the challenge repeats: scopes that are held, but are others than they look like. */
  const NOTHING: [string, Record<string, unknown>, held?: string][] = [
    ['absent', { scope: undefined }],
    ['a number', { scope: 1 }],
    ['an object', { scope: { 'notes:read': true } }],
    ['true', { scope: true }],
    ['empty', { scope: '' }],
    ['an empty scope and a scp', { scope: '', scp: ['notes:read'] }],
    ['a number and a scp', { scope: 1, scp: ['notes:read'] }],
    ['an empty list and a scp', { scope: [], scp: ['notes:read'] }],
    ['separated by a tab', { scope: 'notes:read\tnotes:write' }],
    ['separated by a newline', { scope: 'notes:read\nnotes:write' }],
    ['separated by a comma', { scope: 'notes:read,notes:write' }, 'notes:read,notes:write'],
    ['with a quote', { scope: 'notes:read"' }],
    ['in capitals', { scope: 'NOTES:READ' }, 'NOTES:READ'],
    ['a list in a list', { scope: [['notes:read']] }],
    ['a list of joined scopes', { scope: ['notes:read notes:write'] }],
  ]

  test.each<(typeof NOTHING)[number]>(NOTHING)(
    'SEC-024 scope %s: 403 that names what is needed',
    async (_name, claims, held) => {
      const gate = await startTokenGate()
      const scope = held === undefined ? 'notes:read' : `${held} notes:read`
      const error_description = 'The access token lacks a scope that this request needs.'
      const data = { error: 'insufficient_scope', error_description, scope }
      expect(await gate.ask(gate.token({ ...claims }))).toEqual({
        status: 403,
        challenge: `Bearer error="insufficient_scope", error_description="${error_description}", resource_metadata="https://h/.well-known/oauth-protected-resource/mcp", scope="${scope}"`,
        retryAfter: null,
        body: { jsonrpc: '2.0', id: 1, error: { code: -32003, message: error_description, data } },
        audit: ['auth.deny', 'scope'],
        handlerRan: false,
      })
    },
  )
})

describe('SEC-038 identity is issuer and subject, never an e-mail address', () => {
  async function idOf(gate: TokenGate, claims: object): Promise<string> {
    return (await gate.admit(gate.token({ ...claims }))).id
  }

  test.each([
    ['unverified', { email: 'boss@corp.com', email_verified: false }],
    ['with two at signs', { email: 'a@evil.com@corp.com', email_verified: true }],
    ['with a look-alike letter', { email: 'b\u043Ess@corp.com', email_verified: true }],
    ['the same', { email: 'boss@corp.com', email_verified: true }],
    ['a name that was given away again', { preferred_username: 'boss', upn: 'boss@corp.com' }],
  ])('SEC-038 e-mail %s: another subject stays another', async (_name, claims) => {
    const gate = await startTokenGate()
    const boss = { email: 'boss@corp.com', email_verified: true, preferred_username: 'boss' }
    const bossId = await idOf(gate, { sub: '1', ...boss })
    expect(await idOf(gate, { sub: '2', ...boss, ...claims })).not.toBe(bossId)
    expect(await idOf(gate, { sub: '1', ...claims })).toBe(bossId)
  })

  test('SEC-038 one subject of two issuers is two identities', async () => {
    const [a, b] = [await startTokenGate(), await startTokenGate()]
    const claims = { sub: 'alice', email: 'alice@corp.com', email_verified: true }
    expect(await idOf(a, claims)).not.toBe(await idOf(b, claims))
  })

  test.each([
    ['a user name', { preferred_username: 'boss' }],
    ['an e-mail address', { email: 'boss@corp.com', email_verified: true }],
    ['an object id of another provider', { oid: '1', unique_name: 'boss', name: 'Boss' }],
  ])('SEC-038 %s stands for no subject', async (_name, claims) => {
    const gate = await startTokenGate()
    const token = gate.token({ sub: undefined, client_id: undefined, ...claims })
    expect(await gate.ask(token)).toEqual(gate.refused('sub'))
  })

  test('SEC-038 revocation is asked about the identity, and e-mail is a claim like others', async () => {
    const asked: Principal[] = []
    const gate = await startTokenGate({
      isRevoked: (principal) => {
        asked.push(principal)
        return principal.kind === 'user' && principal.subject === '1'
      },
    })
    const token = gate.token({ sub: '1', email: 'alice@corp.com', email_verified: false })
    expect(await gate.ask(token)).toEqual(gate.refused('revoked'))
    expect(asked.map(({ id }) => id)).toEqual([
      JSON.stringify([gate.issuer.issuer, null, 'user', '1']),
    ])
    expect(asked[0]).not.toHaveProperty('email')
  })
})
