import type { Ask } from './ask.ts'
import { type OAuthClient, registerClient } from './oauth-client.ts'
import type { AuthorizationServerSeen } from './observations.ts'
import type { RegistrationSeen } from './registration.ts'

/** A host that nobody can have (RFC 2606 §2). */
const OTHER_REDIRECT = 'https://doctor.invalid/callback'

/** Registers a client, and sends authorization requests that have to be refused. */
export async function tryRegistration(
  server: AuthorizationServerSeen,
  redirectUri: string,
  ask: Ask,
): Promise<{ readonly seen: RegistrationSeen; readonly client: OAuthClient | undefined }> {
  const result = await registerClient(server, redirectUri, ask)
  if ('failure' in result) {
    const { registered } = result
    return {
      seen: { registered, otherRedirect: undefined, withoutPkce: undefined },
      client: undefined,
    }
  }
  const { library, config, registered } = result
  const challenge = {
    code_challenge: await library.calculatePKCECodeChallenge(library.randomPKCECodeVerifier()),
    code_challenge_method: 'S256',
  }
  const request = async (redirect_uri: string, more: Readonly<Record<string, string>>) => {
    const parameters = { redirect_uri, state: library.randomState(), ...more }
    const endpoint = config.serverMetadata().authorization_endpoint ?? ''
    if (!URL.canParse(endpoint)) return undefined
    return ask(library.buildAuthorizationUrl(config, parameters).href)
  }
  return {
    seen: {
      registered,
      otherRedirect: await request(OTHER_REDIRECT, challenge),
      withoutPkce: await request(redirectUri, {}),
    },
    client: result,
  }
}

/** Takes the registration back, where the server lets clients do that (RFC 7592). */
export async function unregister({ config }: OAuthClient, ask: Ask): Promise<void> {
  const { registration_client_uri: uri, registration_access_token: token } = config.clientMetadata()
  if (typeof uri !== 'string' || typeof token !== 'string') return
  await ask(uri, { method: 'DELETE', headers: { Authorization: `Bearer ${token}` } })
}
