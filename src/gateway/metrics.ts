import type { ServerResponse } from 'node:http'
import { importPeer } from '../runtime/index.ts'

/** Counts for Prometheus: by route and outcome, never by who called. */
export interface Metrics {
  begin(route: string | undefined, response: ServerResponse): void
  upstreamFailed(route: string, reason: string): void
  /** The text of `/metrics`; `undefined` where nothing is counted. */
  read(): Promise<{ readonly contentType: string; readonly text: string } | undefined>
}

/** Counts nothing. */
export const NO_METRICS: Metrics = {
  begin: () => undefined,
  upstreamFailed: () => undefined,
  read: async () => undefined,
}

const BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60]

/**
 * Creates the counters in a registry of their own, so that those of the application are untouched.
 *
 * @throws {ConfigError} `ERR_CONFIG_PEER_MISSING`
 */
export async function createMetrics(): Promise<Metrics> {
  const { Counter, Gauge, Histogram, Registry } = await importPeer(
    'prom-client',
    () => import('prom-client'),
  )
  const registry = new Registry()
  const registers = [registry]
  const seconds = new Histogram({
    name: 'gatehouse_request_duration_seconds',
    help: 'From the head of a request to the end of its answer.',
    labelNames: ['route', 'status'],
    buckets: BUCKETS,
    registers,
  })
  const open = new Gauge({
    name: 'gatehouse_open_requests',
    help: 'Requests whose answer has not ended, streams among them.',
    labelNames: ['route'],
    registers,
  })
  const failures = new Counter({
    name: 'gatehouse_upstream_failures_total',
    help: 'Answers that an upstream did not give.',
    labelNames: ['route', 'reason'],
    registers,
  })
  return {
    begin(path, response) {
      const route = path ?? 'none'
      const startedAt = performance.now()
      open.inc({ route })
      response.once('close', () => {
        open.dec({ route })
        const status = response.headersSent ? String(response.statusCode) : 'aborted'
        seconds.observe({ route, status }, (performance.now() - startedAt) / 1_000)
      })
    },
    upstreamFailed: (route, reason) => failures.inc({ route, reason }),
    read: async () => ({ contentType: registry.contentType, text: await registry.metrics() }),
  }
}
