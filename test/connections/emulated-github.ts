import { oauthService } from 'mcp-gatehouse/connections'
import { services } from 'mcp-gatehouse/providers'
import type { startGithub } from 'mcp-gatehouse/testing'

type Github = Awaited<ReturnType<typeof startGithub>>

/** GitHub as the emulator has it, by its profile. */
export function emulatedGithub({ issuer, apiUrl, clientId, clientSecret }: Github) {
  return oauthService({
    profile: services.github,
    placeholders: { base: issuer, api: apiUrl },
    clientId,
    clientSecret,
    scopes: ['repo'],
    allowInsecureLoopback: true,
  })
}
