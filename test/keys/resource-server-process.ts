import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { protect } from '../../src/adapters/node.ts'
import { createResourceServer } from '../../src/index.ts'
import { buildJwksAnswer, createKeyRing, keysFromFile } from '../../src/keys/index.ts'
import { systemClock } from '../../src/runtime/index.ts'
import { jweVerifier, jwtVerifier } from '../../src/verifiers/public.ts'
import { answerMessages } from './answer-messages.ts'

/** A resource server with an encryption ring, as a process of its own: `token-rotation.test.ts`. */

export interface ResourceServerOrders {
  readonly keyFile: string
  readonly issuer: string
}

/** Time that passes a hundred times as fast: published keys are read again every half a second. */
const clock = { now: () => systemClock.now(), elapsed: () => systemClock.elapsed() * 100 }
const reasons: string[] = []

answerMessages(async (orders) => {
  if (!('keyFile' in orders)) return { reasons }
  return { resource: await serve(orders as ResourceServerOrders) }
})

async function serve({ keyFile, issuer }: ResourceServerOrders): Promise<string> {
  const keys = await createKeyRing({ use: 'encryption', source: keysFromFile(keyFile) })
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const resource = `${origin}/mcp`
  const shared = { allowInsecureLoopback: true, clock }
  const gatehouse = createResourceServer({
    ...shared,
    resource,
    authorizationServers: [issuer],
    verifier: jweVerifier({
      keys,
      nested: jwtVerifier({ ...shared, issuer, jwksUri: `${issuer}/jwks` }),
    }),
    onEvent: (event) => {
      if (event.type === 'auth.deny') reasons.push(event.reason)
    },
  })
  const guarded = protect(gatehouse, (_request, response) => void response.end('ok'))
  server.on('request', (request, response) => {
    if (request.url !== '/.well-known/jwks.json') return guarded(request, response)
    void buildJwksAnswer([keys]).then(async (answer) => response.end(await answer.text()))
  })
  return resource
}
