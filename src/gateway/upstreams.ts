import { isDeepStrictEqual } from 'node:util'
import type { GatewaySettings, RouteSettings } from './settings.ts'
import type { ProcessReport, ServerSdk } from './stdio/hosted-process.ts'
import { createStdioUpstream, loadServerSdk } from './stdio/stdio-upstream.ts'
import { createUpstream, loadUndici, type Upstream } from './upstream.ts'

/** The upstreams of a gateway, over all its reloads. */
export interface Upstreams {
  /**
   * Opens the upstreams of these routes, by their paths. A command goes on with its processes where
   * nothing about it is new.
   *
   * @throws {ConfigError} `ERR_CONFIG_PEER_MISSING`
   */
  open(
    settings: GatewaySettings,
    before: ReadonlyMap<string, Upstream>,
  ): Promise<ReadonlyMap<string, Upstream>>
  /** Closes all others, once what is under way is over. */
  retireAllBut(current: ReadonlyMap<string, Upstream>): void
  /** Closes all of them, and cuts off what is under way. */
  close(): Promise<void>
}

export function createUpstreams(): Upstreams {
  const all = new Set<Upstream>()

  function add(upstream: Upstream): Upstream {
    all.add(upstream)
    return upstream
  }

  return {
    async open(settings, before) {
      const open = await createOpener(settings)
      return new Map(
        settings.routes.map((route) => {
          const known = before.get(route.path)
          const isSame = known !== undefined && isSameCommand(known, route)
          return [route.path, isSame ? known : add(open(route))]
        }),
      )
    },
    retireAllBut(current) {
      const kept = new Set(current.values())
      for (const upstream of all) {
        if (!kept.has(upstream)) void upstream.retire().then(() => all.delete(upstream))
      }
    },
    async close() {
      const closing = [...all]
      // A reload may still be about to retire them.
      all.clear()
      await Promise.all(closing.map((upstream) => upstream.close()))
    },
  }
}

type Open = (route: RouteSettings) => Upstream

async function createOpener({ clock, emit, routes }: GatewaySettings): Promise<Open> {
  const undici = await loadUndici()
  const hasCommands = routes.some(({ upstream }) => 'command' in upstream)
  const sdk = hasCommands ? await loadServerSdk() : undefined
  const elapsed = (): number => clock.elapsed()
  return ({ gatehouse: { resource }, upstream }) => {
    if (!('command' in upstream)) return createUpstream(undici, upstream, elapsed)
    const report = (event: ProcessReport): void =>
      emit({ ...event, at: clock.now(), resource, upstream: upstream.origin })
    return createStdioUpstream({ sdk: sdk as ServerSdk, settings: upstream, elapsed, report })
  }
}

function isSameCommand({ settings }: Upstream, { upstream }: RouteSettings): boolean {
  return 'command' in upstream && isDeepStrictEqual(settings, upstream)
}
