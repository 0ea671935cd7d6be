import { createScriptedBrowser } from 'mcp-gatehouse/testing'
import { describe, expect, test } from 'vitest'
import * as z from 'zod'
import { ALICE, obtainTokens, postToken, register } from '../testing/flow.ts'
import { callMcp, listTenants, startTenants, type TenantsWorld } from './world.ts'

async function signIn({ issuerOf }: TenantsWorld, id: string) {
  const issuer = issuerOf(id)
  const { client } = await register(issuer)
  const clientId = String(client['client_id'])
  const browser = createScriptedBrowser()
  const tokens = await obtainTokens(issuer, { browser, clientId, signIn: ALICE })
  const refresh = () =>
    postToken(issuer, {
      grant_type: 'refresh_token',
      client_id: clientId,
      refresh_token: String(tokens['refresh_token']),
    })
  return { clientId, token: String(tokens['access_token']), refresh }
}

const Metadata = z.looseObject({ issuer: z.string().optional() })
const KeySet = z.object({ keys: z.array(z.looseObject({ kid: z.string() })) })

async function kidsAt(issuer: string): Promise<readonly string[]> {
  const { keys } = KeySet.parse(await (await fetch(`${issuer}/jwks`)).json())
  return keys.map(({ kid }) => kid)
}

const typesOf = ({ events }: TenantsWorld) => events.map(({ event }) => event.type)

describe('two tenants in one process', () => {
  test('have metadata, keys, clients and tokens of their own', async () => {
    const world = await startTenants()
    const { issuerOf, resourceOf, address } = world
    const read = async (url: string) => Metadata.parse(await (await fetch(url)).json())
    const [acme, globex] = await Promise.all(
      ['acme', 'globex'].map((id) =>
        read(`${address}/.well-known/oauth-authorization-server/t/${id}`),
      ),
    )
    const acmeResource = await read(`${address}/.well-known/oauth-protected-resource/t/acme/mcp`)
    expect([acme?.issuer, globex?.issuer]).toEqual([issuerOf('acme'), issuerOf('globex')])
    expect(acmeResource).toMatchObject({
      resource: resourceOf('acme'),
      authorization_servers: [issuerOf('acme')],
    })
    const [acmeKeys, globexKeys] = [
      await kidsAt(issuerOf('acme')),
      await kidsAt(issuerOf('globex')),
    ]
    expect(acmeKeys).toHaveLength(2)
    expect(new Set([...acmeKeys, ...globexKeys]).size).toBe(4)

    const alice = await signIn(world, 'acme')
    expect((await callMcp(resourceOf('acme'), alice.token)).status).toBe(200)
    expect((await callMcp(resourceOf('globex'), alice.token)).status).toBe(401)
    const elsewhere = { grant_type: 'refresh_token', client_id: alice.clientId, refresh_token: 'x' }
    expect(await postToken(issuerOf('globex'), elsewhere)).toMatchObject({
      body: { error: 'invalid_client' },
    })
    const {
      replicas: [tenants],
    } = world
    expect(tenants.tenantOf({ issuer: issuerOf('acme') })).toBe('acme')
    expect(tenants.tenantOf({ issuer: `${issuerOf('acme')}/` })).toBeUndefined()
  })

  test('what is of no tenant goes on, or is not found', async () => {
    const { address, issuerOf, events } = await startTenants()
    for (const path of [
      '/t/nobody/mcp',
      '/t/nobody/authorize',
      '/t/..%2facme/mcp',
      '/t/__proto__/mcp',
      '/elsewhere',
    ]) {
      expect((await fetch(`${address}${path}`)).status).toBe(404)
    }
    expect((await fetch(`${issuerOf('acme')}/elsewhere`)).status).toBe(404)
    const asked = events.flatMap(({ event }) =>
      event.type === 'tenant.not_found' ? [event.tenant] : [],
    )
    expect(new Set(asked)).toEqual(new Set(['nobody', 'acme', undefined]))
  })
})

describe('a suspended tenant', () => {
  test('issues nothing and accepts nothing, and loses nothing; the other one is untouched', async () => {
    const world = await startTenants()
    const {
      issuerOf,
      resourceOf,
      replicas: [tenants],
    } = world
    const [alice, other] = [await signIn(world, 'acme'), await signIn(world, 'globex')]
    expect(await tenants.suspend('acme')).toBe(true)

    const mcp = await callMcp(resourceOf('acme'), alice.token)
    expect([mcp.status, await mcp.json()]).toEqual([
      403,
      { error: 'access_denied', error_description: 'This organization is suspended.' },
    ])
    expect(await alice.refresh()).toEqual({ status: 403, body: { error: 'access_denied' } })
    expect((await register(issuerOf('acme'))).status).toBe(403)
    const page = await fetch(`${issuerOf('acme')}/authorize?client_id=${alice.clientId}`)
    expect([page.status, page.headers.get('content-type')]).toEqual([
      403,
      'text/html; charset=utf-8',
    ])
    expect(await page.text()).toContain('This organization is suspended.')
    expect((await fetch(`${issuerOf('acme')}/jwks`)).status).toBe(200)

    expect((await callMcp(resourceOf('globex'), other.token)).status).toBe(200)
    expect(await other.refresh()).toMatchObject({ status: 200 })
    expect(typesOf(world)).toEqual(
      expect.arrayContaining([
        'tenant.changed',
        'tenant.refused',
        'authorization_server.suspended',
      ]),
    )

    expect(await tenants.resume('acme')).toBe(true)
    expect((await callMcp(resourceOf('acme'), alice.token)).status).toBe(200)
    expect(await alice.refresh()).toMatchObject({ status: 200 })
  })

  test('stays suspended where it is added again', async () => {
    const {
      replicas: [tenants],
    } = await startTenants()
    await tenants.suspend('acme')
    await tenants.add('acme')
    expect((await tenants.get('acme'))?.isSuspended).toBe(true)
    const all = await listTenants(tenants)
    expect(Object.fromEntries(all.map(({ id, isSuspended }) => [id, isSuspended]))).toEqual({
      acme: true,
      globex: false,
    })
  })
})

describe('keys of a tenant', () => {
  test('are rotated without signing anybody out, and are no other tenant’s', async () => {
    const world = await startTenants()
    const {
      clock,
      issuerOf,
      resourceOf,
      replicas: [tenants],
    } = world
    const alice = await signIn(world, 'acme')
    const [before, others] = [await kidsAt(issuerOf('acme')), await kidsAt(issuerOf('globex'))]
    expect(await tenants.rotateKeys('acme')).toBe(true)
    clock.pass(61)
    const after = await kidsAt(issuerOf('acme'))
    expect(after).toEqual(expect.arrayContaining([...before]))
    expect(after).toHaveLength(3)
    expect(await kidsAt(issuerOf('globex'))).toEqual(others)
    expect((await callMcp(resourceOf('acme'), alice.token)).status).toBe(200)
    expect(await alice.refresh()).toMatchObject({ status: 200 })
  })
})
