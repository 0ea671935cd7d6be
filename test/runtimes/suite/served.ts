import { createResourceServer, type ResourceServer } from 'mcp-gatehouse'
import { MINUTES_PASSED, type ServedSettings } from './served-settings.ts'

/** A resource server that reads metadata and keys with the platform's own `fetch`. */
export interface ServedGatehouse {
  readonly gatehouse: ResourceServer
  /** Sets the clock that keys age by, if a request says so: minutes since the start. */
  readonly passMinutes: (minutes: string | null | undefined) => void
}

export function createServedGatehouse({ resource, issuers }: ServedSettings): ServedGatehouse {
  let passed = 0
  const gatehouse = createResourceServer({
    resource,
    authorizationServers: issuers,
    requiredScopes: ['notes:read'],
    allowInsecureLoopback: true,
    clock: { now: () => Math.floor(Date.now() / 1000), elapsed: () => Date.now() + passed },
  })
  return {
    gatehouse,
    passMinutes(minutes) {
      if (typeof minutes === 'string') passed = Number(minutes) * 60_000
    },
  }
}

/** The MCP server behind the gatehouse, as the platforms with `fetch` serve it. */
export function createServedFetch(
  settings: ServedSettings,
  handler: Parameters<ResourceServer['protect']>[0],
): (request: Request) => Promise<Response> {
  const { gatehouse, passMinutes } = createServedGatehouse(settings)
  const fetch = gatehouse.protect(handler)
  return (request) => {
    passMinutes(request.headers.get(MINUTES_PASSED))
    return fetch(request)
  }
}

/** The settings where the platform has environment variables. */
export function settingsOfProcess(): ServedSettings {
  return JSON.parse(process.env['SETTINGS'] ?? '{}') as ServedSettings
}
