import type * as OpenidClient from 'openid-client'
import { findOwnError } from '../../errors/index.ts'
import type { TokenVerifier } from '../token-verifier.ts'
import { badAnswer } from './bad-answer.ts'
import { readIntrospection } from './introspection-answer.ts'
import { createIntrospectionClient } from './introspection-client.ts'
import {
  type IntrospectionVerifierOptions,
  parseIntrospectionOptions,
} from './introspection-options.ts'
import { createRemoteVerifier } from './remote-verifier.ts'

/**
 * Creates the verifier for opaque access tokens: the issuer is asked about each (RFC 7662), as a
 * client that `openid-client` (an optional peer) authenticates.
 *
 * `{"active":false}` is a refusal; so is an answer with another `iss` or none. What cannot be read,
 * is not signed as it should be (RFC 9701), takes longer than 4.5 s or redirects is 503, and the
 * client keeps its token. An accepted token is not asked about again for `cacheSeconds`.
 *
 * It does NOT check audience, expiry or scopes: the resource server does, and an answer without
 * `aud` or `exp` is refused there. A metadata document is read when the first token arrives.
 *
 * `purgeKeys` of the resource server makes it ask about every token again, and read the keys of
 * signed answers anew; `warmUp` reads the metadata and tries `privateKey`.
 *
 * @throws {ConfigError} for every mistake in the options, at once and not at the first token
 *
 * @example
 * ```ts
 * const issuer = 'https://id.example.com'
 * createResourceServer({
 *   resource: 'https://mcp.example.com/mcp',
 *   authorizationServers: [issuer],
 *   verifier: introspectionVerifier({ issuer, clientId: 'notes-mcp', clientSecret }),
 * })
 * ```
 *
 * @see [RFC 7662 §2](https://www.rfc-editor.org/rfc/rfc7662.html#section-2)
 */
export function introspectionVerifier(options: IntrospectionVerifierOptions): TokenVerifier {
  const settings = parseIntrospectionOptions(options)
  const { issuer } = settings
  const client = createIntrospectionClient(settings)

  async function introspect(token: string): Promise<OpenidClient.IntrospectionResponse> {
    const { openid, configuration } = await client.get()
    try {
      return await openid.tokenIntrospection(configuration, token, {
        token_type_hint: 'access_token',
      })
    } catch (error) {
      const own = findOwnError(error)
      if (own !== undefined) throw own
      const code = error instanceof openid.ClientError ? error.code : undefined
      throw badAnswer('introspect', settings, code ?? 'unreadable')
    }
  }

  const verifier = createRemoteVerifier(
    issuer,
    async (token) => readIntrospection(await introspect(token), issuer),
    settings,
  )
  return {
    ...verifier,
    async warmUp() {
      await client.get()
    },
    purgeKeys(purged) {
      if (purged === undefined || purged === issuer) client.forget()
      verifier.purgeKeys?.(purged)
    },
  }
}
