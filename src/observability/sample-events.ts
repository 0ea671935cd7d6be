import { requireKnownOptions, requireNumber } from '../options/index.ts'
import { type Clock, systemClock } from '../runtime/index.ts'
import type { AuditEvent, AuditSink } from './audit-event.ts'

export interface SampleEventsOptions {
  /** Events of one type and reason that go through in a second, 1 to 100,000. @defaultValue 100 */
  readonly perSecond?: number | undefined
  /** For tests. @defaultValue the system's clock */
  readonly clock?: Clock | undefined
}

const OPTIONS: readonly string[] = ['perSecond', 'clock'] satisfies (keyof SampleEventsOptions)[]

/** What anybody can cause as often as they like. */
const SAMPLED: ReadonlySet<AuditEvent['type']> = new Set<AuditEvent['type']>([
  'auth.deny',
  'authorization_server.error',
  'authorization_server.limited',
  'authorization_server.suspended',
  'backchannel_logout.refused',
  'client.document_refused',
  'client.registration_refused',
  'dep.unavailable',
  'flow.browser_mismatch',
  'policy.error',
  'public',
  'sign_in.failed',
  'tenant.not_found',
  'tenant.refused',
])
const WINDOW_MILLISECONDS = 1_000

/**
 * Keeps a flood of requests that are refused from being a flood of log lines: of each type and
 * reason so many a second go to `sink`, and what was left out is told as `audit.sampled`, with its
 * numbers, a second later. What was let through, and everything that only somebody with a credential
 * can cause, is never left out.
 *
 * @throws {ConfigError} `ERR_CONFIG_OPTION_UNKNOWN` or `ERR_CONFIG_NUMBER_RANGE`
 *
 * @example
 * ```ts
 * createResourceServer({ resource, authorizationServers, onEvent: sampleEvents(writeEvent) })
 * ```
 */
export function sampleEvents(sink: AuditSink, options: SampleEventsOptions = {}): AuditSink {
  requireKnownOptions(options, OPTIONS, 'sampleEvents')
  const { clock = systemClock } = options
  const perSecond = requireNumber(options.perSecond, [1, 100_000], 'perSecond', 100)
  const passed = new Map<string, number>()
  let startedAt = Number.NEGATIVE_INFINITY
  let leftOut: Record<string, number> | undefined

  function report(): void {
    const event = { type: 'audit.sampled', at: clock.now(), leftOut: leftOut ?? {} } as const
    leftOut = undefined
    // What a sink throws or rejects with is nobody's here.
    ;(async () => sink(event))().catch(() => undefined)
  }

  return (event) => {
    if (!SAMPLED.has(event.type)) return sink(event)
    const now = clock.elapsed()
    if (now - startedAt >= WINDOW_MILLISECONDS) {
      startedAt = now
      passed.clear()
    }
    const name = 'reason' in event ? `${event.type} ${event.reason}` : event.type
    const count = (passed.get(name) ?? 0) + 1
    passed.set(name, count)
    if (count <= perSecond) return sink(event)
    if (leftOut === undefined) startTimer(report)
    leftOut ??= {}
    leftOut[name] = (leftOut[name] ?? 0) + 1
    return undefined
  }
}

/** The timer keeps no process alive where the platform lets it choose. */
function startTimer(report: () => void): void {
  const timer = setTimeout(report, WINDOW_MILLISECONDS)
  if (typeof timer === 'object' && 'unref' in timer) timer.unref()
}
