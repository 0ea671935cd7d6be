import { setTimeout } from 'node:timers/promises'
import { startKeycloak } from 'mcp-gatehouse/testing'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { sealed } from '../../src/storage/index.ts'
import { collect } from '../../src/testing/storage-contract/world.ts'
import { openAs } from '../contract/next-release.ts'
import { targetKinds } from '../contract/targets.ts'
import { createSdkV2Client } from '../e2e/clients/sdk-v2.ts'
import { ALICE, register } from '../testing/flow.ts'
import { newRing } from '../unit/storage/sealed-support.ts'
import { SCOPES, startTenants } from './world.ts'

vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })

const connect = createSdkV2Client('auto')
const stores = (await targetKinds()).filter(({ name }) => name !== 'SQLite')

describe.each(stores.map((store) => [store.name + store.missing, store] as const))(
  'two processes over %s',
  (_name, { missing, create }) => {
    async function startBoth() {
      const [target, ring] = [create(), await newRing()]
      const open = async () => {
        const storage = await sealed(await openAs('this', target), ring)
        onTestFinished(() => storage.close())
        return storage
      }
      const [storage, other] = [await open(), await open()]
      const upstreams = new Map<string, Awaited<ReturnType<typeof startKeycloak>>>()
      const claims = { email: 'alice@example.com', name: 'Alice' }
      const users = { alice: { password: 'wonderland', sub: 'the-same-at-both', claims } }
      for (const id of ['acme', 'globex']) {
        const provider = await startKeycloak({
          redirectUris: [`http://127.0.0.1/t/${id}/callback/upstream`],
          users,
        })
        onTestFinished(() => provider.close())
        upstreams.set(id, provider)
      }
      const world = await startTenants({
        storages: [storage, other],
        tenant: (id, address) => {
          const provider = upstreams.get(id)
          const resource = `${address}/t/${id}/mcp`
          const tool = id === 'acme' ? 'add_note' : 'read_diary'
          return {
            upstream: {
              issuer: provider?.issuer ?? '',
              clientId: provider?.clientId ?? '',
              clientSecret: provider?.clientSecret ?? '',
              scopes: ['openid', 'profile', 'email'],
              allowInsecureLoopback: true,
            },
            brand: { name: `The notes of ${id}` },
            resourceServers: {
              [resource]: { requiredScopes: SCOPES, policy: { tools: { whoami: [], [tool]: [] } } },
            },
          }
        },
      })
      return { ...world, storage, upstreams }
    }

    test.skipIf(missing !== '')(
      'each tenant has its upstream, users and policy, for a real client, whichever process answers',
      { timeout: 60_000 },
      async () => {
        const { issuerOf, resourceOf, upstreams } = await startBoth()
        const subjects: unknown[] = []
        for (const [id, tools] of [
          ['acme', ['whoami', 'add_note']],
          ['globex', ['whoami', 'read_diary']],
        ] as const) {
          const client = await connect(resourceOf(id), ALICE)
          const caller: Record<string, unknown> = JSON.parse(await client.callTool('whoami'))
          expect(caller['issuer']).toBe(issuerOf(id))
          subjects.push(caller['subject'])
          expect(new Set(await client.listTools())).toEqual(new Set(tools))
          await client.close()
          expect(upstreams.get(id)?.requests.length).toBeGreaterThan(0)
        }
        // The same subject of two upstreams is two users.
        expect(new Set(subjects).size).toBe(2)
      },
    )

    test.skipIf(missing !== '')(
      'what one process suspends, resumes or reloads, the other does within seconds; the other tenant goes on',
      { timeout: 60_000 },
      async () => {
        const world = await startBoth()
        const { replicas, clock, resourceOf, options } = world
        const [first, second] = replicas
        const acme = await connect(resourceOf('acme'), ALICE)
        const globex = await connect(resourceOf('globex'), ALICE)
        const statusAt = async (index: number) => {
          clock.pass(6)
          const { isSuspended } = (await replicas[index]?.get('acme')) ?? {}
          const answer = await fetch(resourceOf('acme'), {
            method: 'POST',
            headers: { authorization: `Bearer ${acme.accessToken()}` },
          })
          return [isSuspended, answer.status === 403]
        }
        await first.suspend('acme')
        expect([await statusAt(0), await statusAt(1)]).toEqual([
          [true, true],
          [true, true],
        ])
        await expect(acme.callTool('whoami')).rejects.toThrow('is suspended')
        for (let call = 0; call < 4; call += 1)
          expect(await globex.callTool('whoami')).toContain('t/globex')
        await second?.resume('acme')
        clock.pass(6)
        for (let call = 0; call < 4; call += 1)
          expect(await acme.callTool('whoami')).toContain('t/acme')

        const before = options.get('acme')
        if (before === undefined) throw new Error('no options')
        options.set('acme', {
          ...before,
          resourceServers: { [resourceOf('acme')]: { policy: { tools: { add_note: [] } } } },
        })
        expect(await first.reload('acme')).toBe(true)
        clock.pass(6)
        // The first request is answered with the options from before, and has the new ones read.
        for (const index of replicas.keys()) {
          world.answers = index
          await expect.poll(() => acme.listTools()).toEqual(['add_note'])
        }
        expect(await globex.callTool('whoami')).toContain('t/globex')
        await Promise.all([acme.close(), globex.close()])
      },
    )

    test.skipIf(missing !== '')(
      'SEC-294 a tenant that is deleted while both processes work for it leaves nothing, and the other keeps all',
      { timeout: 60_000 },
      async () => {
        const { replicas, clock, storage, issuerOf, resourceOf } = await startBoth()
        const [first, second] = replicas
        const client = await connect(resourceOf('acme'), ALICE)
        const other = await connect(resourceOf('globex'), ALICE)
        const recordsOf = async (id: string) => (await collect(storage.list(`@${id}:`))).length
        const kept = await recordsOf('globex')
        expect(await recordsOf('acme')).toBeGreaterThan(10)
        expect(kept).toBeGreaterThan(10)
        const work = new AbortController()
        const registrations = Array.from({ length: 8 }, async () => {
          while (!work.signal.aborted)
            await register(issuerOf('acme'), { software_id: crypto.randomUUID() }).catch(() => 0)
        })
        await setTimeout(100)
        const race = await Promise.all([
          first.suspend('acme'),
          second?.remove('acme'),
          first.reload('acme').catch(() => false),
          second?.resume('acme'),
          first.rotateKeys('acme'),
        ])
        expect(race[1]).toBe(true)
        clock.pass(6)
        await setTimeout(200)
        work.abort()
        await Promise.all(registrations)
        clock.pass(30)
        await vi.advanceTimersByTimeAsync(15_000)
        await expect.poll(() => recordsOf('acme')).toBe(0)
        for (const replica of replicas) {
          expect(await replica.get('acme')).toBeUndefined()
          await expect(replica.add('acme')).rejects.toMatchObject({
            code: 'ERR_CONFIG_TENANT_DELETED',
          })
        }
        for (const path of ['/jwks', '/authorize', '/mcp']) {
          expect((await fetch(`${issuerOf('acme')}${path}`)).status).toBe(404)
        }
        await expect(client.callTool('whoami')).rejects.toThrow('not_found')
        expect(await recordsOf('globex')).toBeGreaterThanOrEqual(kept)
        expect(await other.callTool('whoami')).toContain('t/globex')
        await Promise.all([client.close(), other.close()])
      },
    )
  },
)
