import { fromRequest } from '../http/index.ts'
import { buildAuthInfo, type TokenClaims } from '../principal/index.ts'
import { createGate } from './gate.ts'
import { createGateState } from './gate-state.ts'
import { createHandleMemory, type HandleMemory } from './handle-owners.ts'
import { configError, parseOptions, type ResourceServerOptions } from './options/index.ts'
import type { ResourceServer } from './resource-server.ts'
import { rememberSettings } from './token-inspection.ts'
import { createWebGate } from './web-gate.ts'

/**
 * Creates the resource server of an MCP endpoint: it publishes where tokens come from, admits
 * requests that carry a valid one, and answers all others with the challenge that MCP clients
 * sign in by.
 *
 * Nothing is fetched before the first token arrives. It does NOT issue tokens, and does not decide
 * what a caller may do beyond `requiredScopes`.
 *
 * @throws {ConfigError} for every mistake in the options, at once and not at the first request
 *
 * @example
 * ```ts
 * const gatehouse = createResourceServer({
 *   resource: 'https://mcp.example.com/mcp',
 *   authorizationServers: ['https://id.example.com/realms/acme'],
 * })
 * export default { fetch: gatehouse.protect(mcpHandler.fetch) }
 * ```
 *
 * @see [RFC 9728](https://www.rfc-editor.org/rfc/rfc9728.html) for the metadata
 * @see [RFC 6750 §3](https://www.rfc-editor.org/rfc/rfc6750.html#section-3) for the challenges
 */
export function createResourceServer<Claims = TokenClaims>(
  options: ResourceServerOptions<Claims>,
): ResourceServer<Claims> {
  return createWithHandles(options, createHandleMemory())
}

/** The same with what another one of this resource remembers, whose place it takes. */
export function createWithHandles<Claims = TokenClaims>(
  options: ResourceServerOptions<Claims>,
  handles: HandleMemory,
): ResourceServer<Claims> {
  const settings = parseOptions(options)
  const { resource, metadataUrl, servers, verifier, clock } = settings
  const state = createGateState(settings, handles)
  const gate = createGate(settings, state)

  const inspect: ResourceServer<Claims>['inspect'] = async (request, body) => {
    const passage = await gate.inspect(request, body)
    if (passage instanceof Response) return passage
    const { principal, parsedBody, headers, current, plan, release } = passage
    const authInfo = buildAuthInfo(passage, settings)
    return { authInfo, principal, parsedBody, headers, current, plan, release }
  }

  const resourceServer: ResourceServer<Claims> = {
    resource,
    metadataUrl,
    protectedResourceMetadata: settings.metadata,
    checksMessages: settings.readsMessages,
    inspect,
    ...createWebGate(inspect),
    metadata: (request) => gate.serveMetadata(fromRequest(request)),
    inspectMetadata: (request) => gate.serveMetadata(request),
    async warmUp() {
      await settings.readyLimits()
      if (verifier.warmUp === undefined) await Promise.all(servers.map((one) => one.warmUp()))
      else await verifier.warmUp()
    },
    async revoke({ before = clock.now() + 1, ...revocation }) {
      await settings.revocations.revoke({ ...revocation, before })
      await state.streams.sweep()
    },
    purgeKeys(issuer) {
      const chosen = servers.filter((server) => issuer === undefined || server.issuer === issuer)
      if (chosen.length === 0)
        throw configError('ERR_CONFIG_ISSUER_INVALID', `purgeKeys(${issuer})`)
      if (verifier.purgeKeys !== undefined) verifier.purgeKeys(issuer)
      else for (const server of chosen) server.purgeKeys()
    },
  }
  rememberSettings(resourceServer, settings)
  return resourceServer
}
