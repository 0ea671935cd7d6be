import { createResourceServer, type ResourceServer } from 'mcp-gatehouse'
import { createTokenIssuer, type TokenIssuer } from 'mcp-gatehouse/testing'
import { afterAll, afterEach, describe, expect, test, vi } from 'vitest'

const RESOURCE = 'https://mcp.example.com/mcp'
const issuer = await createTokenIssuer()
const forger = await createTokenIssuer()
afterAll(() => Promise.all([issuer.close(), forger.close()]))
afterEach(() => void vi.unstubAllGlobals())

function createGatehouse(): ResourceServer {
  return createResourceServer({
    resource: RESOURCE,
    authorizationServers: [issuer.issuer],
    allowInsecureLoopback: true,
    onEvent: () => undefined,
  })
}

async function createRequest(signer: TokenIssuer): Promise<Request> {
  const token = await signer.mint({ aud: RESOURCE, iss: issuer.issuer })
  return new Request(RESOURCE, { headers: { Authorization: `Bearer ${token}` } })
}

/** The subject of an admission, or the status of an answer. */
async function ask(gatehouse: ResourceServer, request: Request): Promise<unknown> {
  const admission = await gatehouse.authenticate(request)
  return admission instanceof Response ? admission.status : admission.principal.subject
}

/** A stand-in that can do nothing but fail. */
const BROKEN: object = new Proxy(function replacement() {}, {
  apply: () => fail(),
  construct: () => fail(),
  get: () => fail(),
})

function fail(): never {
  throw new Error('the replacement was used')
}

describe('SEC-386 globals that are replaced after load', () => {
  test('SEC-386 a replaced fetch is given neither metadata nor keys to read', async () => {
    const received: unknown[] = []
    const gatehouse = createGatehouse()
    const request = await createRequest(issuer)
    vi.stubGlobal('fetch', async (...input: unknown[]) => {
      received.push(input)
      return Response.json({ issuer: issuer.issuer, jwks_uri: forger.jwksUri, ...forger.jwks })
    })
    expect(await ask(gatehouse, request)).toBe('alice')
    expect(await ask(gatehouse, await createRequest(forger))).toBe(401)
    expect(received).toEqual([])
  })

  // What decides about signatures is the platform's crypto, used by `jose` when it is called: code
  // in this process is trusted. A broken one must not admit, nor take the process down.
  test.each(['URL', 'crypto'])(
    'SEC-386 a broken %s admits nobody and is answered 503',
    async (name) => {
      const gatehouse = createGatehouse()
      const request = await createRequest(issuer)
      vi.stubGlobal(name, BROKEN)
      const outcome = await ask(gatehouse, request)
      vi.unstubAllGlobals()
      expect(outcome).toBe(503)
    },
  )

  test.each(['fetch', 'URL', 'crypto'])(
    'SEC-386 a broken %s does not matter to a token that is known',
    async (name) => {
      const gatehouse = createGatehouse()
      const request = await createRequest(issuer)
      expect(await ask(gatehouse, request)).toBe('alice')
      vi.stubGlobal(name, BROKEN)
      const outcome = await ask(gatehouse, request)
      vi.unstubAllGlobals()
      expect(outcome).toBe('alice')
    },
  )
})
