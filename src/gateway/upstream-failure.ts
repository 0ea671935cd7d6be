import { ProcessFailure, type ProcessFailureCode } from './stdio/process-failure.ts'

/** Why an upstream gave no answer that can be passed on. */
export type UpstreamFailure =
  | { readonly kind: 'unreachable'; readonly error: Error }
  | { readonly kind: 'down' }
  | { readonly kind: 'full'; readonly error?: Error }
  | { readonly kind: 'timeout'; readonly error: Error }
  | { readonly kind: 'broken'; readonly error: Error }
  | { readonly kind: 'redirect' }
  | { readonly kind: 'unauthorized' }
  | { readonly kind: 'encoded' }
  | { readonly kind: 'status' }
  | { readonly kind: 'unreadable'; readonly error: Error }
  | { readonly kind: 'credentials'; readonly error: Error }

/** What the client is told of a failure. */
export interface FailureAnswer {
  readonly status: 502 | 503 | 504
  readonly error: string
  readonly description: string
  readonly retryAfterSeconds?: number
}

const BUSY = { status: 503, error: 'temporarily_unavailable', retryAfterSeconds: 1 } as const
const BAD = { status: 502, error: 'bad_gateway' } as const
const NO_ANSWER = 'The MCP server gave no answer that can be passed on.'
const UNREACHABLE = 'The MCP server cannot be reached right now. Try again.'

/** Maps a failure to its answer. Which of them it was stands in the event. */
export function failureAnswer({ kind }: UpstreamFailure): FailureAnswer {
  switch (kind) {
    case 'unreachable':
    case 'down':
      return { ...BUSY, description: UNREACHABLE }
    case 'full':
      return { ...BUSY, description: 'The MCP server has as many requests as it takes. Try again.' }
    case 'credentials':
      return {
        ...BUSY,
        retryAfterSeconds: 5,
        description: 'What the MCP server asks for cannot be had right now. Try again.',
      }
    case 'timeout':
      return {
        status: 504,
        error: 'gateway_timeout',
        description: 'The MCP server did not answer in time.',
      }
    case 'unauthorized':
      return {
        ...BAD,
        description: 'The MCP server refused the gateway. Your access token is good: keep it.',
      }
    case 'broken':
    case 'redirect':
    case 'encoded':
    case 'status':
    case 'unreadable':
      return { ...BAD, description: NO_ANSWER }
    default:
      return kind satisfies never
  }
}

/** Errors of a connection that was never open: nothing of the request can have arrived. */
const NOT_CONNECTED: ReadonlySet<unknown> = new Set([
  'ECONNREFUSED',
  'EADDRNOTAVAIL',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOENT',
  'ENOTFOUND',
  'UND_ERR_CONNECT_TIMEOUT',
])
const TIMEOUTS: ReadonlySet<unknown> = new Set(['UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT'])

/** What a process that the gateway has started says of itself. */
const OF_PROCESSES: Readonly<
  Record<ProcessFailureCode, 'broken' | 'credentials' | 'full' | 'timeout' | 'unreachable'>
> = {
  STDIO_CREDENTIALS: 'credentials',
  STDIO_ENDED: 'broken',
  STDIO_FULL: 'full',
  STDIO_NOT_STARTED: 'unreachable',
  STDIO_TIMEOUT: 'timeout',
}

/** @param isSent Whether the request had begun to be sent. */
export function failureOf(error: Error, isSent: boolean): UpstreamFailure {
  if (error instanceof ProcessFailure) return { kind: OF_PROCESSES[error.code], error }
  const code: unknown = 'code' in error ? error.code : undefined
  if (!isSent && (NOT_CONNECTED.has(code) || error instanceof AggregateError)) {
    return { kind: 'unreachable', error }
  }
  return { kind: TIMEOUTS.has(code) ? 'timeout' : 'broken', error }
}
