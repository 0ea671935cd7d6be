import { configError, requireKnownOptions, requireNumber, requireType } from '../options/index.ts'
import { type Clock, systemClock } from '../runtime/index.ts'
import { type AuditKeys, deriveAuditKeys } from './audit-chain.ts'
import { parseAuditKey } from './audit-key.ts'
import { type AuditTarget, fileTarget, streamTarget } from './audit-target.ts'
import type { AuditLogOptions, AuditProblem } from './options.ts'

const KNOWN = ['key', 'file', 'stream', 'subjects', 'sync', 'maxWaiting', 'onProblem', 'clock']

/** Checked and completed options. */
export interface AuditLogSettings {
  readonly keys: AuditKeys
  readonly openTarget: () => Promise<AuditTarget>
  readonly maxWaiting: number
  readonly clock: Clock
  readonly onProblem: (problem: AuditProblem) => void
}

export function parseAuditLogOptions(options: AuditLogOptions): AuditLogSettings {
  requireKnownOptions(options, KNOWN, 'createAuditLog')
  const { key, file, stream, sync = false, subjects, clock = systemClock } = options
  const { onProblem = warn } = options
  requireType(typeof sync === 'boolean', 'sync', 'a boolean')
  requireType(typeof onProblem === 'function', 'onProblem', 'a function')
  const areSubjectsKnown =
    subjects === undefined || subjects === 'pseudonym' || subjects === 'plain'
  requireType(areSubjectsKnown, 'subjects', '`pseudonym` or `plain`')
  return {
    keys: deriveAuditKeys(parseAuditKey(key)),
    openTarget: parseTarget(file, stream, sync, clock),
    maxWaiting: requireNumber(options.maxWaiting, [1, 1_000_000], 'maxWaiting', 10_000),
    clock,
    onProblem,
  }
}

function parseTarget(
  file: unknown,
  stream: AuditLogOptions['stream'],
  sync: boolean,
  clock: Clock,
): () => Promise<AuditTarget> {
  if ((file === undefined) === (stream === undefined)) {
    throw configError('ERR_CONFIG_OPTIONS_CONFLICT', 'file, stream (exactly one of them)')
  }
  if (stream !== undefined) {
    requireType(typeof stream?.write === 'function', 'stream', 'a writable stream')
    return async () => streamTarget(stream)
  }
  requireType(typeof file === 'string' && file !== '', 'file', 'a path')
  return () => fileTarget(file as string, sync, clock)
}

function warn(problem: AuditProblem): void {
  const text =
    problem.kind === 'failing'
      ? problem.error.message
      : `Audit log: written again, ${problem.dropped} events are missing.`
  // oxlint-disable-next-line no-console -- nobody listens, and silence would hide a loss
  console.error(`mcp-gatehouse: ${text}`)
}
