import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { NO_CREDENTIALS } from '../adapters/answers.ts'
import { bearer, post } from '../adapters/world.ts'
import { ACCEPT, ask, ERAS, type Era, linesOf, messageOf } from './eras.ts'
import {
  answered,
  createMint,
  lacking,
  NOTES,
  openPolicyWorld,
  refusedWith,
} from './policy-world.ts'

const plain = await openPolicyWorld()
const required = await openPolicyWorld({ server: { requiredScopes: ['mcp'] } })
const hierarchic = await openPolicyWorld({
  server: {
    policy: {
      ...NOTES,
      implies: { 'notes:*': [], 'notes:write': ['notes:read'], admin: ['notes:*'] },
    },
  },
})
const worlds = [plain, required, hierarchic]
afterAll(() => Promise.all(worlds.map((world) => world.close())))
beforeEach(() => {
  for (const world of worlds) world.takeSeen()
})

const [mint, mintRequired, mintHierarchic] = [
  createMint(plain),
  createMint(required),
  createMint(hierarchic),
]
const WRITE = { name: 'write_note', arguments: { text: 'x' } }
const LEGACY = ERAS.filter((era) => era !== '2026-07-28')

/** What a client of the revision is asked for, of what it holds and what it needs. */
function challenged(era: Era, held: string, needed: string): string {
  return era === '2026-07-28' ? needed : `${held} ${needed}`
}

describe.each(plain.apps)('one call lacks one scope: %s', (_name, app) => {
  test.each(ERAS)('RS-13 a request of %s is 403 with the scopes of its era', async (era) => {
    const token = await mint('profile notes:read offline_access')
    expect(await app.send(ask(era, token, 'tools/call', WRITE, { id: 'a"1' }))).toEqual(
      lacking(challenged(era, 'profile notes:read', 'notes:write'), 'a"1'),
    )
    const read = ask(era, token, 'tools/call', { name: 'read_notes' })
    expect((await app.send(read)).status).toBe(200)
    expect(plain.takeSeen()).toHaveLength(1)
  })

  test.each(ERAS)('RS-13 a notification of %s is 403 with OAuth JSON', async (era) => {
    const message = messageOf(era, 'tools/call', WRITE)
    const token = await mint('profile')
    const request = post(message, bearer(token), ACCEPT, ...linesOf(era, 'tools/call', WRITE))
    expect(await app.send(request)).toEqual(lacking(challenged(era, 'profile', 'notes:write')))
    expect(plain.takeSeen()).toEqual([])
  })

  test.each(['prompts/get', 'resources/read', 'completion/complete'])(
    'RS-13 %s is refused like a call of a tool, in every era',
    async (method) => {
      const params = {
        'prompts/get': { name: 'daily' },
        'resources/read': { uri: 'note://1' },
        'completion/complete': {
          ref: { type: 'ref/prompt', name: 'daily' },
          argument: { name: 'day', value: 'm' },
        },
      }[method]
      for (const era of ERAS) {
        expect(await app.send(ask(era, await mint('profile'), method, params))).toEqual(
          lacking(challenged(era, 'profile', 'notes:read'), 1),
        )
      }
    },
  )

  test('RS-13 a batch of 2025-03-26 is refused as a whole, with one challenge', async () => {
    const [open, share, remove] = [
      { name: 'open_door' },
      { name: 'share_note' },
      { name: 'delete_notes', arguments: { all: true } },
    ].map((params, id) => messageOf('2025-03-26', 'tools/call', params, id))
    const token = await mint('profile notes:write')
    expect(await app.send(post([open, share, remove], bearer(token), ACCEPT))).toEqual(
      lacking('profile notes:write notes:share notes:delete notes:audit'),
    )
    expect(plain.takeSeen()).toEqual([])
    expect((await app.send(post([open], bearer(token), ACCEPT))).status).toBe(200)
  })

  test('RS-13 a message that lacks nothing does not wait for a token with more', async () => {
    const token = await mint('')
    for (const era of ERAS) {
      expect((await app.send(ask(era, token, 'tools/call', { name: 'open_door' }))).status).toBe(
        200,
      )
      expect((await app.send(ask(era, token, 'tools/list'))).status).toBe(200)
    }
    expect(plain.takeSeen()).toHaveLength(2 * ERAS.length)
  })

  test.each(ERAS)('RS-14 one challenge of %s has all scopes of the operation', async (era) => {
    const token = await mint('notes:share')
    const share = await app.send(ask(era, token, 'tools/call', { name: 'share_note' }))
    // What is needed stands once, whether it is held already or not.
    expect(share).toEqual(lacking('notes:write notes:share', 1))
    const one = { name: 'delete_notes', arguments: { all: false } }
    expect(await app.send(ask(era, token, 'tools/call', one))).toEqual(
      lacking(challenged(era, 'notes:share', 'notes:delete'), 1),
    )
    const all = { name: 'delete_notes', arguments: { all: true } }
    expect(await app.send(ask(era, token, 'tools/call', all))).toEqual(
      lacking(challenged(era, 'notes:share', 'notes:delete notes:audit'), 1),
    )
  })

  test('RS-21 older revisions are decided by the body, whatever the mirrors say', async () => {
    const lines = [
      ['Mcp-Method', 'tools/list'],
      ['Mcp-Name', 'open_door'],
    ] as const
    for (const era of LEGACY) {
      const token = await mint('profile')
      expect(await app.send(ask(era, token, 'tools/call', WRITE, { lines }))).toEqual(
        lacking('profile notes:write', 1),
      )
    }
    expect(plain.takeSeen()).toEqual([])
  })

  test('RS-21 a body of 2026-07-28 without the header that its revision requires is refused', async () => {
    const token = await mint('notes:write')
    const message = messageOf('2026-07-28', 'tools/call', WRITE, 1)
    for (const lines of [
      [],
      [['MCP-Protocol-Version', '2025-11-25']],
      [['MCP-Protocol-Version', '2026-07-28']],
    ] as [string, string][][]) {
      const { status, body } = await app.send(post(message, bearer(token), ACCEPT, ...lines))
      expect([status, JSON.parse(body).error.code]).toEqual([400, -32_020])
    }
    expect(plain.takeSeen()).toEqual([])
  })
})

describe.each(required.apps)('with requiredScopes: %s', (_name, app) => {
  test.each(ERAS)('RS-13 a request of %s is asked for both at once', async (era) => {
    const request = ask(era, await mintRequired('profile'), 'tools/call', WRITE)
    expect(await app.send(request)).toEqual(
      lacking(challenged(era, 'profile', 'mcp notes:write'), 1),
    )
    const listing = ask(era, await mintRequired('profile'), 'tools/list')
    expect(await app.send(listing)).toEqual(lacking(challenged(era, 'profile', 'mcp'), 1))
    const half = ask(era, await mintRequired('mcp'), 'tools/call', WRITE)
    expect(await app.send(half)).toEqual(lacking('mcp notes:write', 1))
    expect(required.takeSeen()).toEqual([])
    const whole = ask(era, await mintRequired('mcp notes:write'), 'tools/call', WRITE)
    expect((await app.send(whole)).status).toBe(200)
  })

  test.each(['GET', 'DELETE'])('RS-13 %s is refused with OAuth JSON', async (method) => {
    const headers = [bearer(await mintRequired('profile'))]
    expect(await app.send({ method, headers })).toEqual(lacking('profile mcp'))
  })
})

describe.each(hierarchic.apps)('with a hierarchy: %s', (_name, app) => {
  test.each(ERAS)('RS-15 a broad scope is enough in %s', async (era) => {
    for (const scope of ['admin', 'notes:*', 'notes:write notes:share']) {
      const request = ask(era, await mintHierarchic(scope), 'tools/call', { name: 'share_note' })
      expect([scope, (await app.send(request)).status]).toEqual([scope, 200])
    }
    const implied = ask(era, await mintHierarchic('notes:write'), 'tools/call', {
      name: 'read_notes',
    })
    expect((await app.send(implied)).status).toBe(200)
    const narrow = ask(era, await mintHierarchic('notes:read'), 'tools/call', WRITE)
    // notes:read is part of notes:write: it need not be kept.
    expect(await app.send(narrow)).toEqual(lacking('notes:write', 1))
  })

  test('RS-15 RS-30 a challenge asks for the least, never for a wildcard', async () => {
    for (const era of ERAS) {
      const token = await mintHierarchic('')
      const messages = await app.send(ask(era, token, 'tools/call', { name: 'share_note' }))
      expect(messages).toEqual(lacking('notes:write notes:share', 1))
    }
    const batch = ['read_notes', 'write_note'].map((name, id) =>
      messageOf('2025-03-26', 'tools/call', { name }, id),
    )
    const token = await mintHierarchic('')
    expect(await app.send(post(batch, bearer(token), ACCEPT))).toEqual(lacking('notes:write'))
  })
})

describe.each(plain.apps)('more than scopes: %s', (_name, app) => {
  test('RS-16 a token with fewer scopes goes on doing what it may', async () => {
    const before = await mint('notes:read notes:write', { sub: 'carol' })
    const after = await mint('notes:read', { sub: 'carol' })
    for (const era of ERAS) {
      const read = { name: 'read_notes' }
      expect((await app.send(ask(era, before, 'tools/call', WRITE))).status).toBe(200)
      expect((await app.send(ask(era, after, 'tools/call', read))).status).toBe(200)
      expect((await app.send(ask(era, after, 'ping'))).status).toBe(200)
    }
  })

  test('RS-30 the scopes of a token are not enough', async () => {
    for (const era of ERAS) {
      const token = await mint('notes:read notes:write admin *')
      expect(await app.send(ask(era, token, 'tools/call', { name: 'admin_stats' }))).toEqual(
        refusedWith(200, 1, -32_602, 'Tool admin_stats not found'),
      )
      expect(await app.send(ask(era, token, 'tools/call', { name: 'unlisted' }))).toEqual(
        refusedWith(200, 1, -32_602, 'Tool unlisted not found'),
      )
      const data = {
        error: 'access_denied',
        error_description: 'This operation is not allowed for you.',
      }
      const error = { code: -32_003, message: data.error_description, data }
      expect(await app.send(ask(era, token, 'tools/call', { name: 'own_note' }))).toEqual(
        answered(403, { jsonrpc: '2.0', id: 1, error }),
      )
    }
    expect(plain.takeSeen()).toEqual([])
    const admin = await mint('notes:read', { roles: ['admin'] })
    const stats = ask('2025-11-25', admin, 'tools/call', { name: 'admin_stats' })
    expect((await app.send(stats)).status).toBe(200)
  })

  test('RS-30 without a token nothing is told about scopes of operations', async () => {
    const { headers, body, status } = await app.send(
      post(messageOf('2025-11-25', 'tools/call', WRITE, 1)),
    )
    expect({ status, headers, body }).toEqual({
      ...NO_CREDENTIALS,
      headers: {
        ...NO_CREDENTIALS.headers,
        'www-authenticate': (NO_CREDENTIALS.headers['www-authenticate'] ?? '').replace(
          /, scope=.*/,
          '',
        ),
      },
    })
  })
})
