import { decodeJwt, type JWTPayload } from 'jose'
import { createScriptedBrowser } from 'mcp-gatehouse/testing'
import { ALICE, obtainTokens, register } from '../testing/flow.ts'
import { type GrantsWorld, READ } from './world.ts'

/** The tokens of alice, who signs in with a browser. */
export async function signIn(
  { issuer, resource }: Pick<GrantsWorld, 'issuer' | 'resource'>,
  scope: string = READ,
): Promise<Readonly<Record<string, unknown>> & { readonly clientId: string }> {
  const { client } = await register(issuer)
  const clientId = String(client['client_id'])
  const tokens = await obtainTokens(issuer, {
    browser: createScriptedBrowser(),
    clientId,
    signIn: ALICE,
    parameters: { resource, scope },
  })
  return { ...tokens, clientId }
}

/** The claims of her access token. */
export async function signInAlice(
  world: Pick<GrantsWorld, 'issuer' | 'resource'>,
): Promise<JWTPayload> {
  return decodeJwt(String((await signIn(world))['access_token']))
}
