/**
 * Audit events as metrics and in the traces of OpenTelemetry.
 *
 * @module
 */
import { type Meter, metrics, trace } from '@opentelemetry/api'
import type { AuditEvent } from '../observability/index.ts'
import { requireKnownOptions, requireType } from '../options/index.ts'
import { createPseudonym, deriveAuditKeys } from './audit-chain.ts'
import { parseAuditKey } from './audit-key.ts'
import { countedAttributes, tracedAttributes } from './event-attributes.ts'

/** Counts events, and adds them to spans. */
export interface Telemetry {
  /** A sink: `onEvent: telemetry.write`. */
  readonly write: (event: AuditEvent) => void
}

export interface TelemetryOptions {
  /**
   * That of the audit log, or another one of at least 32 random bytes or 43 random characters: spans
   * have the pseudonym of the user. @defaultValue none: spans say nothing of users
   */
  readonly key?: Uint8Array | string | undefined
  /** What counts. @defaultValue that of the global provider, which has to be registered before */
  readonly meter?: Meter | undefined
}

/**
 * Creates a sink that counts events in `gatehouse.events`, and adds each to the span that is active
 * where it happens: that of the request, where the HTTP server is instrumented. Attributes have the
 * names of the semantic conventions where there are some; see docs/telemetry.md. No user, client,
 * tool or other text from outside is an attribute of the metric.
 *
 * It does NOT start an SDK, does NOT make spans of its own, and does NOT set the status of others.
 *
 * @throws {ConfigError} `ERR_CONFIG_SECRET_TOO_SHORT` for the key, `ERR_CONFIG_OPTION_TYPE`,
 *   `ERR_CONFIG_OPTION_UNKNOWN`
 */
export function createTelemetry(options: TelemetryOptions = {}): Telemetry {
  requireKnownOptions(options, ['key', 'meter'], 'createTelemetry')
  const { key, meter = metrics.getMeter('mcp-gatehouse') } = options
  requireType(typeof meter?.createCounter === 'function', 'meter', 'an OpenTelemetry Meter')
  const pseudonym =
    key === undefined ? undefined : createPseudonym(deriveAuditKeys(parseAuditKey(key)))
  const events = meter.createCounter('gatehouse.events', {
    description: 'Audit events by their type, reason, status and method.',
    unit: '{event}',
  })
  return {
    write: (event) => {
      events.add(1, countedAttributes(event))
      const span = trace.getActiveSpan()
      if (span?.isRecording() !== true) return
      span.addEvent(`gatehouse.${event.type}`, tracedAttributes(event, pseudonym))
    },
  }
}
