import { PassThrough } from 'node:stream'
import { createAuditLog, createEventCounter } from 'mcp-gatehouse/audit'
import { createTelemetry } from 'mcp-gatehouse/opentelemetry'
import type { Reader } from './option-reader.ts'

/** What takes options in `mcp-gatehouse/audit`. */
export const AUDIT_READERS: Readonly<Record<string, Reader>> = {
  createAuditLog: {
    type: 'AuditLogOptions',
    good: { key: new Uint8Array(32), stream: new PassThrough() },
    names: ['key', 'file', 'stream', 'subjects', 'sync', 'maxWaiting', 'onProblem', 'clock'],
    read: createAuditLog,
  },
  createEventCounter: {
    type: 'EventCounterOptions',
    good: {},
    names: ['registry'],
    read: createEventCounter,
  },
  createTelemetry: {
    type: 'TelemetryOptions',
    good: { key: new Uint8Array(32) },
    names: ['key', 'meter'],
    read: createTelemetry,
  },
}
