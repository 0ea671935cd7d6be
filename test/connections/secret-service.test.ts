import { type SecretVerdict, secretService } from 'mcp-gatehouse/connections'
import { describe, expect, test, vi } from 'vitest'
import { ACCOUNT, sendJson, startCannedService } from './canned-service.ts'
import { ALICE, createWorld, OWNER } from './world.ts'

function formOf(options: Partial<Parameters<typeof secretService>[0]>) {
  const fields = { token: { label: 'Token' } }
  const world = createWorld({ jira: secretService({ title: 'Jira', fields, ...options }) })
  const service = world.service('jira')
  if (service.kind !== 'secret') throw new Error('no form')
  return { world, service }
}

describe('the values of a form', () => {
  const fields = {
    site: { label: 'Site', type: 'url' },
    token: { label: 'Token', pattern: '[a-z]+' },
    note: { label: 'Note', type: 'textarea', required: false },
    region: { label: 'Region', type: 'select', options: { eu: 'Europe' } },
  } as const
  const good = { site: ' https://a.example ', token: 'abc', note: '', region: 'eu' }

  test('are trimmed, and those that need not be there are left out', async () => {
    const { service } = formOf({ fields })
    const read = { site: 'https://a.example', token: 'abc', region: 'eu' }
    expect(service.readFields(good)).toEqual({ ok: true, fields: read })
    expect(await service.tryFields(read)).toEqual({ ok: true, account: { id: '', name: '' } })
  })

  test.each([
    ['site', 'http://a.example', 'not_url'],
    ['site', 'javascript:alert(1)', 'not_url'],
    ['token', '', 'needed'],
    ['token', 'ABC', 'malformed'],
    ['token', 'a'.repeat(8_193), 'too_long'],
    ['token', 'a\u0000', 'malformed'],
    ['region', 'us', 'not_listed'],
    ['region', 'constructor', 'not_listed'],
  ])('are refused one by one: %s', (name, value, failure) => {
    const { service } = formOf({ fields })
    const read = service.readFields({ ...good, [name]: value })
    expect(read.ok ? {} : read.errors).toEqual({ [name]: failure })
  })
})

describe('verify', () => {
  const check = async (verdict: SecretVerdict) =>
    formOf({ verify: () => verdict }).service.tryFields({ token: 'the-secret' })

  test('names the account, or the field that is wrong', async () => {
    const account = { id: '1', name: 'alice' }
    expect(await check({ account })).toMatchObject({ ok: true, account })
    const errors = { token: 'Jira does not accept this.' }
    const shown = { token: { text: errors.token } }
    expect(await check({ errors })).toEqual({ ok: false, errors: shown, unavailable: false })
  })

  test('that repeats the value, or names no field of the form, is a refusal without it', async () => {
    for (const errors of [{ token: 'no: the-secret' }, { other: 'no' }]) {
      expect(await check({ errors })).toEqual({
        ok: false,
        errors: { token: { text: 'The service does not accept this.' } },
        unavailable: false,
      })
    }
  })

  test('that throws means that the service cannot be asked now', async () => {
    const { service } = formOf({ verify: () => Promise.reject(new Error('away')) })
    expect(await service.tryFields({ token: 'a' })).toEqual({
      ok: false,
      errors: {},
      unavailable: true,
    })
  })

  test('that heeds no signal is waited for as long as one that does', async () => {
    const timeout = AbortSignal.timeout.bind(AbortSignal)
    const spy = vi.spyOn(AbortSignal, 'timeout').mockImplementation(() => timeout(20))
    const { service } = formOf({ verify: () => new Promise<never>(() => undefined) })
    expect(await service.tryFields({ token: 'a' })).toMatchObject({ ok: false, unavailable: true })
    expect(spy.mock.calls).toEqual([[15_000]])
    spy.mockRestore()
  })

  test.each([undefined, {}, { account: {} }, { account: { id: 1, name: 'a' } }, { errors: 'no' }])(
    'that answers %j is a mistake of the operator, and nothing is kept',
    async (verdict) => {
      const { service } = formOf({ verify: () => verdict as unknown as SecretVerdict })
      await expect(service.tryFields({ token: 'a' })).rejects.toMatchObject({
        code: 'ERR_CONFIG_OPTION_TYPE',
        message: expect.stringContaining('services.jira.verify'),
      })
    },
  )
})

test('credential.fetch carries what was typed in, as the service wants it', async () => {
  const api = await startCannedService((_request, res) => sendJson(res, {}))
  const { world } = formOf({
    apiOrigins: [api.origin],
    authorize: ({ token = '' }) => ({ 'x-api-key': token }),
    allowInsecureLoopback: true,
  })
  const typed = { kind: 'secret', fields: { token: 'abc' }, account: { id: '', name: '' } } as const
  await world.core.vault.save(OWNER, 'jira', { ...typed, clientId: undefined })
  const jira = await world.api.get(ALICE, 'jira')
  expect((await jira.fetch(`${api.origin}/a`)).status).toBe(200)
  expect(api.seen[0]?.headers).toMatchObject({ 'x-api-key': 'abc' })
  await expect(jira.accessToken()).rejects.toMatchObject({ code: 'ERR_DENIED_CREDENTIAL_KIND' })
})

describe('a 401 of the service', () => {
  async function connected(verify: () => SecretVerdict | Promise<SecretVerdict>) {
    const api = await startCannedService((_request, res) => sendJson(res, {}, 401))
    const { world } = formOf({
      apiOrigins: [api.origin],
      authorize: ({ token = '' }) => ({ 'x-api-key': token }),
      allowInsecureLoopback: true,
      verify,
    })
    const typed = { kind: 'secret', fields: { token: 'abc' }, account: ACCOUNT } as const
    const save = () => world.core.vault.save(OWNER, 'jira', { ...typed, clientId: undefined })
    await save()
    const jira = await world.api.get(ALICE, 'jira')
    return { world, save, ask: () => jira.fetch(`${api.origin}/a`) }
  }
  const refused = { errors: { token: 'gone' } }
  const ENDED = {
    code: 'ERR_CONNECTION_REQUIRED',
    services: [{ service: 'jira', reason: 'ended' }],
  }

  test('that verify confirms ends the connection, and the user is asked again', async () => {
    const { world, save, ask } = await connected(() => refused)
    await expect(ask()).rejects.toMatchObject(ENDED)
    expect(await world.api.list(ALICE)).toMatchObject([{ state: 'needs_reconnect' }])
    await expect(world.api.get(ALICE, 'jira')).rejects.toMatchObject(ENDED)
    await expect(ask()).rejects.toMatchObject(ENDED)
    const ended = world.events.filter(({ type }) => type === 'connection.needs_reconnect')
    expect(ended).toMatchObject([{ reason: 'ended', service: 'jira', subject: 'alice' }])
    await save()
    expect(await world.api.list(ALICE)).toMatchObject([{ state: 'connected' }])
  })

  test('ends nothing that the user has connected anew meanwhile', async () => {
    const { world, save, ask } = await connected(async () => {
      await save()
      return refused
    })
    await expect(ask()).rejects.toMatchObject(ENDED)
    expect(await world.api.list(ALICE)).toMatchObject([{ state: 'connected' }])
  })

  test.each([
    ['accepts the credential', () => ({ account: ACCOUNT })],
    ['cannot be asked', () => Promise.reject(new Error('away'))],
  ])('is the answer where the service %s', async (_title, verify) => {
    const { world, ask } = await connected(verify)
    expect((await ask()).status).toBe(401)
    expect(await world.api.list(ALICE)).toMatchObject([{ state: 'connected' }])
  })
})
