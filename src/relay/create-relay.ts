import { createFormTokens } from '../browser/index.ts'
import { createClientSource } from '../oauth-client/index.ts'
import { createPages } from '../pages/index.ts'
import { handleCallback } from './browser/callback.ts'
import { answerConsent, showConsent } from './browser/consent.ts'
import { createClients } from './clients/clients.ts'
import { answerRegistration } from './clients/registration.ts'
import { handleMetadata } from './handle-metadata.ts'
import { createRelayLimits } from './limits.ts'
import { createListener, type RelayHandler } from './listener.ts'
import {
  type CreateRelayOptions,
  parseOptions,
  type RelayedTokens,
  type RelaySettings,
} from './options/index.ts'
import { createAnsweredForms } from './records/answered-forms.ts'
import { createCodes } from './records/codes.ts'
import { createKeyOf } from './records/record-names.ts'
import { createRefreshTokens } from './records/refresh-tokens.ts'
import { createSignIns } from './records/sign-ins.ts'
import type { Relay, RelayedAuthorizationServer } from './relay.ts'
import { handleRevocation } from './token/handle-revocation.ts'
import { handleToken } from './token/handle-token.ts'
import type { RelayParts } from './visit.ts'

/**
 * Creates a relay in front of an authorization server that MCP clients cannot use by themselves:
 * clients get the upstream's own tokens. It asks users for consent, adds scopes, audience and the
 * authentication of its one client there, and registers clients, which never learn a secret.
 *
 * It does NOT issue, encrypt or keep tokens, does NOT remember consent, and does NOT verify what
 * resource servers are sent: those verify the upstream's tokens. `docs/relay.md` says when it is right;
 * otherwise use `createAuthorizationServer`.
 *
 * @throws {ConfigError} `ERR_CONFIG_RELAY_AUDIENCE` where nothing says that the upstream's tokens are
 *   for `resource`, and for every other option that is wrong
 *
 * @example
 * ```ts
 * const relay = await createRelay({ issuer, resource, upstream, tokens, scopes, storage, keys })
 * createServer((req, res) => void relay.handler(req, res))
 * ```
 *
 * @see [RFC 6749 §4.1](https://www.rfc-editor.org/rfc/rfc6749.html#section-4.1)
 */
export async function createRelay<Tokens extends RelayedTokens>(
  options: CreateRelayOptions<Tokens>,
): Promise<Relay<Tokens>> {
  const settings = parseOptions(options)
  const parts = await createParts(settings)
  return {
    issuer: settings.issuer,
    handler: createHandler(parts),
    authorizationServer: describeForResource(settings, options.tokens),
    warmUp: async () => void (await parts.upstream()),
  }
}

async function createParts(settings: RelaySettings): Promise<RelayParts> {
  const { storage, issuer, clock, emit } = settings
  const keyOf = createKeyOf(storage, issuer, clock)
  return {
    settings,
    pages: await createPages(settings.pages),
    forms: createFormTokens(settings.cookieKeys),
    limits: createRelayLimits(settings),
    clients: createClients(settings),
    answerOnce: createAnsweredForms(storage, keyOf),
    signIns: createSignIns(settings),
    codes: createCodes(storage, keyOf),
    refreshTokens: createRefreshTokens(storage, keyOf),
    upstream: createClientSource(settings.upstream, { clock, emit }),
  }
}

function createHandler(parts: RelayParts): RelayHandler {
  const { registration } = parts.settings
  return createListener(parts, {
    metadata: handleMetadata,
    authorization: showConsent,
    consent: answerConsent,
    callback: handleCallback,
    token: handleToken,
    revocation: handleRevocation,
    ...(registration !== 'off' && { registration: answerRegistration }),
  })
}

/** Its metadata is the upstream's, under our issuer: so no process has to ask itself. */
function describeForResource<Tokens extends RelayedTokens>(
  { issuer, upstream, recipient }: RelaySettings,
  tokens: Tokens,
): RelayedAuthorizationServer<Tokens> {
  const { metadataUrl, transformMetadata } = tokens
  const openid = `${upstream.issuer.replace(/\/$/, '')}/.well-known/openid-configuration`
  return {
    ...tokens,
    issuer,
    tokenIssuer: recipient.tokenIssuer,
    metadataUrl: metadataUrl ?? openid,
    transformMetadata(document) {
      const patched = transformMetadata?.(document) ?? document
      return patched['issuer'] === upstream.issuer ? { ...patched, issuer } : patched
    },
  }
}
