import { createResourceServer, type ResourceServer, type Revocations } from 'mcp-gatehouse'
import { createTokenIssuer } from 'mcp-gatehouse/testing'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'

const resource = 'https://mcp.example.com/mcp'
const tokens = await createTokenIssuer()
afterAll(() => tokens.close())

/** A store as several processes share it: every answer takes a turn. */
const instants = new Map<string, number>()
let isDown = false
const revocations: Revocations = {
  async revoke(revocation) {
    await reach()
    instants.set(Object.values(revocation).slice(0, 2).join(' '), revocation.before)
  },
  async revokedBefore({ issuer, subject, clientId }) {
    await reach()
    return instants.get(`${issuer} ${subject ?? clientId}`)
  },
}

async function reach(): Promise<void> {
  await Promise.resolve()
  if (isDown) throw new Error('the store is down')
}

const processes = [startProcess(), startProcess()] as const

function startProcess(): ResourceServer {
  return createResourceServer({
    resource,
    authorizationServers: [tokens.issuer],
    allowInsecureLoopback: true,
    revocations,
  })
}

async function statusOf(gatehouse: ResourceServer, token: string): Promise<number> {
  const headers = { authorization: `Bearer ${token}` }
  const request = new Request(resource, { headers })
  const admission = await gatehouse.authenticate(request)
  return admission instanceof Response ? admission.status : 200
}

describe('revocations in a store of several processes', () => {
  beforeEach(() => {
    instants.clear()
    isDown = false
  })

  test('what one process revokes is refused by all, and nobody else is', async () => {
    const [one, other] = processes
    const alice = await tokens.mint({ sub: 'alice', aud: resource })
    const bob = await tokens.mint({ sub: 'bob', aud: resource })
    for (const gatehouse of processes) expect(await statusOf(gatehouse, alice)).toBe(200)
    await one.revoke({ issuer: tokens.issuer, subject: 'alice' })
    for (const gatehouse of processes) expect(await statusOf(gatehouse, alice)).toBe(401)
    expect(await statusOf(other, bob)).toBe(200)
  })

  test('while it cannot be reached, nobody is let through or told that a token is invalid', async () => {
    const [one] = processes
    const alice = await tokens.mint({ sub: 'alice', aud: resource })
    expect(await statusOf(one, alice)).toBe(200)
    isDown = true
    expect(await statusOf(one, alice)).toBe(503)
    isDown = false
    expect(await statusOf(one, alice)).toBe(200)
  })
})
