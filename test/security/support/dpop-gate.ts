import { createResourceServer, type DpopOptions, type ResourceServer } from 'mcp-gatehouse'
import { createTokenIssuer, type TokenIssuer } from 'mcp-gatehouse/testing'
import { onTestFinished } from 'vitest'
import { createDpopClient, type DpopClient, type ProofChanges } from './dpop-client.ts'
import { createTestClock, type TestClock } from './test-clock.ts'

export const RESOURCE = 'https://mcp.example.com/mcp'

/** What came of one request with a proof. */
export interface DpopOutcome {
  readonly status: number
  /** The exact reason of a refusal; `undefined` where there was none. */
  readonly reason: string | undefined
  readonly nonce: string | null
  readonly challenge: string | null
}

/** Resource servers that stand for the replicas of one, and a client with a bound token. */
export interface DpopGate {
  readonly clock: TestClock
  readonly client: DpopClient
  readonly token: string
  readonly nodes: readonly ResourceServer[]
  /** Sends a new proof, or one that is given. */
  readonly send: (proof?: string | ProofChanges, node?: number) => Promise<DpopOutcome>
  readonly prove: (changes?: ProofChanges) => Promise<string>
}

/** @param options Of each replica. */
export async function startDpopGate(...options: readonly DpopOptions[]): Promise<DpopGate> {
  const clock = createTestClock()
  const issuer: TokenIssuer = await createTokenIssuer({ now: () => clock.now() })
  onTestFinished(() => issuer.close())
  const reasons: string[] = []
  const nodes = options.map((dpop) =>
    createResourceServer({
      resource: RESOURCE,
      authorizationServers: [issuer.issuer],
      allowInsecureLoopback: true,
      allowedOrigins: ['https://app.example.com'],
      dpop,
      clock,
      onEvent: (event) => {
        if (event.type === 'auth.deny') reasons.push(event.reason)
        if (event.type === 'dep.unavailable') reasons.push(event.type)
      },
    }),
  )
  const client = await createDpopClient(RESOURCE, () => clock.now())
  const token = await issuer.mint({
    aud: RESOURCE,
    cnf: { jkt: client.thumbprint },
    exp: clock.now() + 86_400,
  })
  const prove: DpopGate['prove'] = (changes) => client.prove(token, changes)
  return {
    clock,
    client,
    token,
    nodes,
    prove,
    send: async (proof, node = 0) => {
      const headers = {
        authorization: `DPoP ${token}`,
        'content-type': 'application/json',
        dpop: typeof proof === 'string' ? proof : await prove(proof),
        origin: 'https://app.example.com',
      }
      const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'ping' })
      const handle = nodes[node]?.protect(() =>
        Response.json({ jsonrpc: '2.0', id: 1, result: {} }),
      )
      const answer = await handle?.(new Request(RESOURCE, { method: 'POST', headers, body }))
      if (answer === undefined) throw new Error(`send: there is no node ${node}`)
      return {
        status: answer.status,
        reason: reasons.splice(0)[0],
        nonce: answer.headers.get('dpop-nonce'),
        challenge: answer.headers.get('www-authenticate'),
      }
    },
  }
}
