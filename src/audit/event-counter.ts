import type { Registry } from 'prom-client'
import type { AuditEvent } from '../observability/index.ts'
import { requireKnownOptions, requireType } from '../options/index.ts'
import { importPeer } from '../runtime/index.ts'

/** Counts events for Prometheus. */
export interface EventCounter {
  /** A sink: `onEvent: (event) => counter.write(event)`. */
  readonly write: (event: AuditEvent) => void
  /** What Prometheus reads, with its media type. */
  read(): Promise<{ readonly contentType: string; readonly text: string }>
}

export interface EventCounterOptions {
  /** The registry of `prom-client` to count in. @defaultValue one of its own */
  readonly registry?: Registry | undefined
}

/**
 * Creates the counter `gatehouse_events_total`, by `event` (the type) and, of connections, `service`.
 * Whoever caused an event is no label, nor is anything else that comes from outside.
 *
 * @throws {ConfigError} `ERR_CONFIG_PEER_MISSING` without `prom-client`; `ERR_CONFIG_OPTION_TYPE`,
 *   `ERR_CONFIG_OPTION_UNKNOWN`
 */
export async function createEventCounter(options: EventCounterOptions = {}): Promise<EventCounter> {
  requireKnownOptions(options, ['registry'], 'createEventCounter')
  const prometheus = await importPeer('prom-client', () => import('prom-client'))
  const { registry = new prometheus.Registry() } = options
  requireType(typeof registry?.registerMetric === 'function', 'registry', 'a prom-client Registry')
  const total = new prometheus.Counter({
    name: 'gatehouse_events_total',
    help: 'Audit events by their type, those of connections by their service too.',
    labelNames: ['event', 'service'],
    registers: [registry],
  })
  return {
    write: (event) => total.inc({ event: event.type, service: serviceOf(event) }),
    read: async () => ({ contentType: registry.contentType, text: await registry.metrics() }),
  }
}

/** A name of the configuration. */
function serviceOf(event: AuditEvent): string {
  return 'service' in event ? event.service : ''
}
