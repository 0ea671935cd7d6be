import { importJWK } from 'jose'
import type * as OpenidClient from 'openid-client'
import type { ClientSettings } from './client-settings.ts'

/** How this server proves to another which client it is (RFC 6749 §2.3, OIDC Core §9). */
export async function createClientAuthentication(
  client: typeof OpenidClient,
  settings: ClientSettings,
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
    (supported?.includes('client_secret_post') ? 'client_secret_post' : 'client_secret_basic')
  return method === 'client_secret_post'
    ? client.ClientSecretPost(clientSecret)
    : basicAuthentication(clientSecret)
}

/**
 * HTTP Basic with both parts as form values (RFC 6749 §2.3.1). The library encodes `-`, `.` and `_`
 * too, which is allowed; services that do not decode then know neither the client nor its secret.
 */
function basicAuthentication(clientSecret: string): OpenidClient.ClientAuth {
  return (_server, { client_id: clientId }, _body, headers) => {
    const credentials = `${formValue(clientId)}:${formValue(clientSecret)}`
    headers.set('authorization', `Basic ${btoa(credentials)}`)
  }
}

function formValue(text: string): string {
  return new URLSearchParams({ _: text }).toString().slice(2)
}
