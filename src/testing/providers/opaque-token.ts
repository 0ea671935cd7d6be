import type { ClientMetadata, default as Provider } from 'oidc-provider'
import { ConfigError } from '../../errors/index.ts'
import { requireKnownOptions } from '../../options/index.ts'
import type { EmulatedUser } from './emulated-provider.ts'

/** Which token `issueToken` of a provider with opaque tokens gives out. */
export interface IssueOpaqueTokenOptions {
  /** Whose it is, by the name that they sign in with. @defaultValue `alice` */
  readonly username?: string | undefined
  /** @defaultValue what the provider gives to who signs in */
  readonly scope?: string | undefined
  /** Issued to another client than yours, and so not to be accepted. @defaultValue `false` */
  readonly foreign?: boolean | undefined
}

const OPTIONS: readonly string[] = [
  'username',
  'scope',
  'foreign',
] satisfies (keyof IssueOpaqueTokenOptions)[]

/** A client of somebody else, that never signs anybody in. */
export const FOREIGN_CLIENT: ClientMetadata = {
  client_id: 'somebody-else',
  grant_types: [],
  redirect_uris: [],
  response_types: [],
  token_endpoint_auth_method: 'none',
  id_token_signed_response_alg: 'ES256',
}

/**
 * Gives out an opaque token without a sign-in.
 *
 * @throws {ConfigError} `ERR_CONFIG_OPTION_UNKNOWN`; `ERR_CONFIG_OPTION_TYPE` for a user that does
 *   not exist
 */
export async function issueOpaqueToken(
  emulated: {
    readonly provider: Provider
    readonly clientId: string
    readonly users: Readonly<Record<string, EmulatedUser>>
  },
  options: IssueOpaqueTokenOptions & { readonly scope: string },
): Promise<string> {
  requireKnownOptions(options, OPTIONS, 'issueToken')
  const { username = 'alice', scope, foreign = false } = options
  const { provider, clientId, users } = emulated
  const user = Object.hasOwn(users, username) ? users[username] : undefined
  const client = await provider.Client.find(foreign ? FOREIGN_CLIENT.client_id : clientId)
  if (user === undefined || client === undefined) {
    throw new ConfigError('ERR_CONFIG_OPTION_TYPE', 'issueToken.username (a user of the provider)')
  }
  const fields = { accountId: user.sub, client, gty: 'authorization_code', scope }
  // The declared type wants the id of a grant, which nothing here reads.
  return new provider.AccessToken(fields as never).save()
}
