import type { UpstreamOptions } from 'mcp-gatehouse/authorization-server'
import {
  type EmulatedProvider,
  type EmulatorOptions,
  startEntra,
  startGithub,
  startGoogle,
  startKeycloak,
} from 'mcp-gatehouse/testing'
import { onTestFinished } from 'vitest'

/** An emulated provider, and how an authorization server has it as its upstream. */
export interface TestUpstream {
  readonly provider: EmulatedProvider
  readonly upstream: UpstreamOptions
}

const OPENID = ['openid', 'profile', 'email']

const UPSTREAMS = {
  'Entra ID': (options) => startOidc(startEntra(options), [...OPENID, 'offline_access']),
  GitHub: startGithubUpstream,
  Google: (options) => startOidc(startGoogle(options), OPENID),
  Keycloak: (options) => startOidc(startKeycloak(options), OPENID),
} as const satisfies Record<string, (options: EmulatorOptions) => Promise<TestUpstream>>

export type UpstreamName = keyof typeof UPSTREAMS

/** Starts an emulated provider, until the test is done. */
export async function startUpstream(
  name: UpstreamName,
  options: EmulatorOptions = {},
): Promise<TestUpstream> {
  const started = await UPSTREAMS[name](options)
  onTestFinished(() => started.provider.close())
  return started
}

async function startOidc(
  starting: Promise<EmulatedProvider>,
  scopes: readonly string[],
): Promise<TestUpstream> {
  const provider = await starting
  const { issuer, clientId, clientSecret } = provider
  return {
    provider,
    upstream: { issuer, clientId, clientSecret, scopes, allowInsecureLoopback: true },
  }
}

/** The number at `/user` says who somebody is. */
async function startGithubUpstream(options: EmulatorOptions): Promise<TestUpstream> {
  const provider = await startGithub(options)
  const { issuer, clientId, clientSecret } = provider
  const { authorizationEndpoint, tokenEndpoint, userInfoEndpoint } = provider
  return {
    provider,
    upstream: {
      kind: 'oauth',
      issuer,
      clientId,
      clientSecret,
      scopes: ['read:user'],
      authorizationEndpoint,
      tokenEndpoint,
      userInfoEndpoint,
      subjectClaim: 'id',
      allowInsecureLoopback: true,
    },
  }
}
