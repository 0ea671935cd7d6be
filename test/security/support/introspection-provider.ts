import { generateKeyPairSync, randomBytes, randomUUID } from 'node:crypto'
import { createServer } from 'node:http'
import type { JWK } from 'jose'
import { type ClientMetadata, Provider } from 'oidc-provider'
import { onTestFinished } from 'vitest'
import { close, listen } from '../../../src/testing/loopback-server.ts'
import { createMemoryAdapter } from '../../../src/testing/memory-adapter.ts'
import { CLIENT, RESOURCE, SCOPE } from './remote-gate.ts'

/** `oidc-provider` on a socket, with opaque access tokens and introspection (RFC 7662, RFC 9701). */
export interface IntrospectionProvider {
  readonly issuer: string
  /** Bodies of the introspection requests so far. */
  readonly bodies: readonly string[]
  /** The private key that its client `notes-mcp-key` has registered. */
  readonly privateKey: JWK
  /** An opaque token of alice, as the token endpoint would have made it. */
  accessToken(): Promise<string>
  refreshToken(): Promise<string>
  /** A token of a client that acts for itself, from the token endpoint. */
  clientToken(): Promise<string>
  revoke(token: string): Promise<void>
}

const APP = {
  client_id: 'app',
  client_secret: 'secret-of-the-app-0123456789',
  grant_types: ['authorization_code', 'refresh_token', 'client_credentials'],
  redirect_uris: ['https://app.example.com/cb'],
  response_types: ['code'],
} satisfies ClientMetadata

export async function startIntrospectionProvider(): Promise<IntrospectionProvider> {
  const server = createServer()
  const issuer = `http://127.0.0.1:${await listen(server, 0, '127.0.0.1')}`
  onTestFinished(() => close(server))
  const privateKey = newKey()
  const provider = new Provider(issuer, {
    adapter: createMemoryAdapter(),
    clients: [APP, ...resourceServers(privateKey)],
    clientDefaults: {
      id_token_signed_response_alg: 'ES256',
      introspection_signed_response_alg: 'ES256',
    },
    clientAuthMethods: ['client_secret_basic', 'client_secret_post', 'private_key_jwt'],
    cookies: { keys: [randomBytes(32).toString('base64url')] },
    features: {
      clientCredentials: { enabled: true },
      devInteractions: { enabled: false },
      introspection: { enabled: true, allowedPolicy: () => true },
      jwtIntrospection: { enabled: true },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: (_ctx, audience) => ({
          scope: SCOPE,
          audience,
          accessTokenTTL: 300,
          accessTokenFormat: 'opaque',
        }),
      },
    },
    findAccount: (_ctx, sub) => ({ accountId: sub, claims: () => ({ sub }) }),
    jwks: { keys: [newKey()] },
    ttl: { AccessToken: 300, ClientCredentials: 300, Grant: 3_600, RefreshToken: 3_600 },
  })
  const bodies: string[] = []
  const handle = provider.callback()
  server.on('request', (request, response) => {
    if (request.url === '/token/introspection') {
      const chunks: Buffer[] = []
      request.on('data', (chunk: Buffer) => chunks.push(chunk))
      request.on('end', () => bodies.push(Buffer.concat(chunks).toString()))
    }
    void handle(request, response)
  })
  return {
    issuer,
    bodies,
    privateKey,
    ...(await createTokens(provider)),
    async clientToken() {
      const answer = await fetch(`${issuer}/token`, {
        method: 'POST',
        headers: { Authorization: `Basic ${btoa(`${APP.client_id}:${APP.client_secret}`)}` },
        body: new URLSearchParams({
          grant_type: 'client_credentials',
          resource: RESOURCE,
          scope: SCOPE,
        }),
      })
      return ((await answer.json()) as { access_token: string }).access_token
    },
  }
}

/** The resource server, by each way to authenticate. */
function resourceServers(privateKey: JWK): ClientMetadata[] {
  const common = {
    client_secret: CLIENT.clientSecret,
    grant_types: [],
    redirect_uris: [],
    response_types: [],
  }
  const { d: _private, ...publicKey } = privateKey
  return [
    { ...common, client_id: CLIENT.clientId, token_endpoint_auth_method: 'client_secret_basic' },
    { ...common, client_id: 'notes-mcp-post', token_endpoint_auth_method: 'client_secret_post' },
    {
      client_id: 'notes-mcp-key',
      grant_types: [],
      redirect_uris: [],
      response_types: [],
      token_endpoint_auth_method: 'private_key_jwt',
      token_endpoint_auth_signing_alg: 'ES256',
      jwks: { keys: [publicKey] },
    },
    {
      ...common,
      client_id: 'notes-mcp-signed',
      token_endpoint_auth_method: 'client_secret_basic',
      introspection_signed_response_alg: 'ES256',
    },
  ] as ClientMetadata[]
}

async function createTokens(
  provider: Provider,
): Promise<Pick<IntrospectionProvider, 'accessToken' | 'refreshToken' | 'revoke'>> {
  const client = await provider.Client.find(APP.client_id)
  if (client === undefined) throw new Error('no client')
  const grant = async (): Promise<string> => {
    const granted = new provider.Grant({ clientId: APP.client_id, accountId: 'alice' })
    granted.addResourceScope(RESOURCE, SCOPE)
    return granted.save()
  }
  return {
    async accessToken() {
      const token = new provider.AccessToken({
        accountId: 'alice',
        client,
        grantId: await grant(),
        gty: 'authorization_code',
        scope: SCOPE,
      })
      token.resourceServer = new provider.ResourceServer(RESOURCE, {
        scope: SCOPE,
        audience: RESOURCE,
        accessTokenFormat: 'opaque',
      } as never)
      return token.save()
    },
    async refreshToken() {
      const token = new provider.RefreshToken({
        accountId: 'alice',
        client,
        grantId: await grant(),
        gty: 'authorization_code',
        scope: SCOPE,
        resource: RESOURCE,
      })
      return token.save()
    },
    async revoke(token) {
      await (await provider.AccessToken.find(token))?.destroy()
    },
  }
}

function newKey(): JWK {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  return {
    ...privateKey.export({ format: 'jwk' }),
    kid: randomUUID(),
    alg: 'ES256',
    use: 'sig',
  }
}
