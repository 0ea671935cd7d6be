import type {
  AssertionIssuerOptions,
  CreateAuthorizationServerOptions,
} from 'mcp-gatehouse/authorization-server'
import { memory, type Storage } from 'mcp-gatehouse/storage'
import {
  type EnterpriseProvider,
  type MintOptions,
  startEnterpriseProvider,
} from 'mcp-gatehouse/testing'
import { onTestFinished } from 'vitest'
import { type Answer, basic, type GrantsWorld, SECRET, startGrants } from './world.ts'

export const JWT_BEARER = 'urn:ietf:params:oauth:grant-type:jwt-bearer'
export const INVALID_GRANT = { status: 400, body: { error: 'invalid_grant' } } as const

/** An authorization server that takes the word of an identity provider, and both of them. */
export interface EnterpriseWorld extends GrantsWorld {
  readonly provider: EnterpriseProvider
  /** An assertion for the client `agent` and the first resource, unless changed. */
  readonly mint: (
    claims?: Readonly<Record<string, unknown>>,
    options?: MintOptions,
  ) => Promise<string>
  /** Redeems an assertion as `agent`, or as somebody else. */
  readonly redeem: (
    assertion: string,
    parameters?: Readonly<Record<string, string>>,
    headers?: Readonly<Record<string, string>>,
  ) => Promise<Answer>
  /** Why the last one was refused. */
  readonly reason: () => string | undefined
}

type Options = Partial<CreateAuthorizationServerOptions>

/** How a world differs from the usual one. */
export interface EnterpriseOptions {
  readonly issuer?: Partial<AssertionIssuerOptions>
  readonly server?: (usual: Options) => Options
  readonly storages?: readonly Storage[]
}

export async function startEnterprise({
  issuer: changes = {},
  server = () => ({}),
  storages = [memory()],
}: EnterpriseOptions = {}): Promise<EnterpriseWorld> {
  const audiences: Record<string, string> = {}
  const provider = await startEnterpriseProvider({ audiences })
  onTestFinished(() => provider.close())
  const world = await startGrants(() => {
    const usual: Options = {
      identityAssertions: { issuers: [{ issuer: provider.issuer, ...changes }] },
      clients: [
        { clientId: 'agent', clientSecret: SECRET, grantTypes: [JWT_BEARER] },
        { clientId: 'other', clientSecret: SECRET, grantTypes: [JWT_BEARER] },
      ],
    }
    return { ...usual, ...server(usual) }
  }, storages)
  audiences[world.issuer] = 'agent'
  return {
    ...world,
    provider,
    mint: (claims = {}, options = {}) =>
      provider.mintAssertion(
        {
          aud: world.issuer,
          client_id: 'agent',
          resource: world.resource,
          scope: 'notes:read',
          ...claims,
        },
        options,
      ),
    redeem: (assertion, parameters = {}, headers = basic('agent')) =>
      world.post({ grant_type: JWT_BEARER, assertion, ...parameters }, headers),
    reason: () =>
      world.events.flatMap((event) => (event.type === 'grant.deny' ? [event.reason] : [])).at(-1),
  }
}
