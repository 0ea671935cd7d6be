import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'

/** An issuer on a loopback socket that can keep those waiting who read its keys. */
export interface HeldIssuer {
  readonly issuer: string
  /** Signs a token with the present key. */
  mint(resource: string): Promise<string>
  /** Publishes another key in place of the present one. */
  rotateKeys(): Promise<void>
  /** From now on nobody gets the keys; resolves when somebody has asked for them. */
  holdKeys(): Promise<void>
  /** Answers whoever waits, and everybody from now on. */
  releaseKeys(): void
  close(): Promise<void>
}

export async function createHeldIssuer(): Promise<HeldIssuer> {
  const waiting: ServerResponse[] = []
  let key = await createKey()
  let onHeldRead: (() => void) | undefined

  const server = createServer((request, response) => {
    if (request.url !== '/jwks') {
      answer(response, { issuer, jwks_uri: `${issuer}/jwks` })
      return
    }
    if (onHeldRead === undefined) answer(response, key.jwks)
    else {
      waiting.push(response)
      onHeldRead()
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`

  return {
    issuer,
    mint: (resource) =>
      new SignJWT({ client_id: 'client-1', scope: 'notes:read' })
        .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid: key.kid })
        .setIssuer(issuer)
        .setSubject('alice')
        .setAudience(resource)
        .setIssuedAt()
        .setExpirationTime('5m')
        .sign(key.privateKey),
    async rotateKeys() {
      key = await createKey()
    },
    holdKeys: () =>
      new Promise((resolve) => {
        onHeldRead = resolve
      }),
    releaseKeys() {
      onHeldRead = undefined
      for (const response of waiting.splice(0)) answer(response, key.jwks)
    },
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

interface SigningKey {
  readonly kid: string
  readonly privateKey: CryptoKey
  readonly jwks: unknown
}

async function createKey(): Promise<SigningKey> {
  const { privateKey, publicKey } = await generateKeyPair('ES256')
  const kid = crypto.randomUUID()
  return { kid, privateKey, jwks: { keys: [{ ...(await exportJWK(publicKey)), kid }] } }
}

function answer(response: ServerResponse, document: unknown): void {
  response.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify(document))
}
