/**
 * What happened, for the operator: one event per request, and one per thing worth an alert.
 *
 * Events never contain tokens, header values or query strings. Strings that came from outside
 * (subject, client) are as received: escape them where they are written.
 *
 * @module
 */

import type { ApiKeyEvent } from './api-key-event.ts'
import type { ConnectionEvent } from './connection-event.ts'
import type { GatewayEvent } from './gateway-event.ts'
import type { OperationalEvent } from './operational-event.ts'
import type { RelayEvent } from './relay-event.ts'
import type { RequestEvent } from './request-event.ts'
import type { SignInEvent } from './sign-in-event.ts'
import type { TenantEvent } from './tenant-event.ts'

/** One thing that happened. `type` and `reason` are stable; `at` is in seconds since the epoch. */
export type AuditEvent =
  | RequestEvent
  | SignInEvent
  | RelayEvent
  | ConnectionEvent
  | ApiKeyEvent
  | GatewayEvent
  | TenantEvent
  | OperationalEvent

/** Receives events. A sink that fails is ignored: it cannot take the server down. */
export type AuditSink = (event: AuditEvent) => void | Promise<void>
