import { setImmediate as turn } from 'node:timers/promises'
import { createResourceServer, type ResourceServer, type TokenVerifier } from 'mcp-gatehouse'
import { RESOURCE, SCOPE } from '../issuer.ts'
import type { Measurement } from '../measurement.ts'

const ISSUER = 'https://id.example.com'
const CACHE_SIZE = 10_000
const TOKENS = 1_000_000
/** A multiple of the cache's size, so that the cache is as full at every look as it can be. */
const STEP = 90_000

/**
 * Believes every token, at once: what is measured is what the gate keeps of them, and a million
 * real signatures would only be waited for.
 */
const verifier: TokenVerifier = {
  verify: async (token) => {
    const now = Math.floor(Date.now() / 1_000)
    const claims = {
      iss: ISSUER,
      sub: token,
      aud: RESOURCE,
      client_id: 'https://client.example.com/metadata.json',
      scope: SCOPE,
      iat: now,
      exp: now + 3_600,
    }
    return {
      ok: true,
      value: { issuer: ISSUER, claims, type: 'at+jwt', cacheUntil: Infinity },
    }
  },
}

/** Heap kept after a million different tokens ÷ heap kept after as many as the cache holds. */
export async function measure(): Promise<readonly Measurement[]> {
  // Compiled code is heap too, and must not be taken for tokens.
  await admit(createGate(), 0, CACHE_SIZE)
  const empty = await keptBytes()
  const gate = createGate()
  await admit(gate, 0, CACHE_SIZE)
  const full = (await keptBytes()) - empty

  let most = 0
  for (let seen = CACHE_SIZE; seen < TOKENS; seen += STEP) {
    await admit(gate, seen, seen + STEP)
    most = Math.max(most, (await keptBytes()) - empty)
  }
  return [
    {
      what: 'heap after 1,000,000 different tokens ÷ after 10,000, the limit of the cache',
      ratio: most / full,
      budget: { atMost: 1.25 },
    },
  ]
}

function createGate(): ResourceServer {
  return createResourceServer({
    resource: RESOURCE,
    authorizationServers: [ISSUER],
    requiredScopes: [SCOPE],
    tokenCacheSize: CACHE_SIZE,
    verifier,
  })
}

async function admit(gate: ResourceServer, from: number, to: number): Promise<void> {
  const request = new Request(RESOURCE)
  for (let number = from; number < to; number++) {
    request.headers.set('authorization', `Bearer token-${number}`)
    const admission = await gate.authenticate(request)
    if (admission instanceof Response) throw new Error(`refused: ${admission.status}`)
  }
}

async function keptBytes(): Promise<number> {
  // A turn of the event loop in between, for what is only released by a finalizer.
  globalThis.gc?.()
  await turn()
  globalThis.gc?.()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}
