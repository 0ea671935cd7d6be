import { generateKeyPairSync, randomUUID } from 'node:crypto'
import { createServer } from 'node:http'
import { type Configuration, Provider } from 'oidc-provider'
import { close, listen } from '../../src/testing/loopback-server.ts'
import { createMemoryAdapter } from '../../src/testing/memory-adapter.ts'

/** `oidc-provider` as a provider that binds the tokens of its clients to their keys. */
export interface DpopServer {
  readonly issuer: string
  readonly clientId: string
  readonly clientSecret: string
  close(): Promise<void>
}

/** Starts it for one protected resource, with a client that acts for itself. */
export async function startDpopServer(resource: string, scope: string): Promise<DpopServer> {
  const [clientId, clientSecret] = ['agent', randomUUID()]
  const server = createServer()
  const issuer = `http://127.0.0.1:${await listen(server, 0, '127.0.0.1')}`
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const configuration: Configuration = {
    adapter: createMemoryAdapter(),
    ttl: { ClientCredentials: 300 },
    clients: [
      {
        client_id: clientId,
        client_secret: clientSecret,
        grant_types: ['client_credentials'],
        redirect_uris: [],
        response_types: [],
        token_endpoint_auth_method: 'client_secret_post',
        id_token_signed_response_alg: 'ES256',
      },
    ],
    cookies: { keys: [randomUUID()] },
    jwks: {
      keys: [{ ...privateKey.export({ format: 'jwk' }), kid: 'k', alg: 'ES256', use: 'sig' }],
    },
    features: {
      clientCredentials: { enabled: true },
      devInteractions: { enabled: false },
      dPoP: { enabled: true, requireNonce: () => true, nonceSecret: Buffer.alloc(32, 7) },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: () => ({
          audience: resource,
          scope,
          accessTokenFormat: 'jwt',
          jwt: { sign: { alg: 'ES256' } },
        }),
      },
    },
  }
  const provider = new Provider(issuer, configuration)
  const handle = provider.callback()
  server.on('request', (req, res) => void handle(req, res))
  return { issuer, clientId, clientSecret, close: () => close(server) }
}
