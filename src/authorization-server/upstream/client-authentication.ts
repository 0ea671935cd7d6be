import { importJWK } from 'jose'
import type * as OpenidClient from 'openid-client'
import type { UpstreamSettings } from './parse-options.ts'

/** How this server proves to the upstream which client it is (RFC 6749 §2.3, OIDC Core §9). */
export async function createClientAuthentication(
  client: typeof OpenidClient,
  settings: UpstreamSettings,
  supported: readonly string[] | undefined,
): Promise<OpenidClient.ClientAuth> {
  const { clientSecret, privateKey } = settings
  if (privateKey !== undefined) {
    const key = (await importJWK(privateKey)) as CryptoKey
    return client.PrivateKeyJwt(privateKey.kid === undefined ? key : { key, kid: privateKey.kid })
  }
  if (clientSecret === undefined) return client.None()
  // Basic is what RFC 6749 demands, and where servers differ over the encoding of secrets.
  const method =
    settings.clientSecretMethod ??
    (settings.kind === 'oauth' || supported?.includes('client_secret_post')
      ? 'client_secret_post'
      : 'client_secret_basic')
  return method === 'client_secret_post'
    ? client.ClientSecretPost(clientSecret)
    : client.ClientSecretBasic(clientSecret)
}
