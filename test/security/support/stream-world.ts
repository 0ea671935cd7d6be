import type { ResourceServerOptions } from 'mcp-gatehouse'
import { vi } from 'vitest'
import type { App, Platform } from '../../adapters/platforms/index.ts'
import type { OpenAnswer, WireRequest } from '../../adapters/wire.ts'
import { openWorld, RESOURCE, type World } from '../../adapters/world.ts'
import { ask } from '../../conformance/eras.ts'
import { createTestClock, type TestClock } from './test-clock.ts'

/** A handler's stream of events, written from a test. */
export interface Channel {
  /** Whether nobody reads it any more. */
  readonly isClosed: boolean
  emit(text: string): void
  finish(): void
}

/** Every platform with a handler that streams, and time that only tests let pass. */
export interface StreamWorld {
  readonly world: World
  readonly clock: TestClock
  /** The handler's side of the stream that was opened last. */
  readonly channel: Channel
  /** A token of a user, for 300 seconds of the test's clock. */
  readonly mint: (claims?: Readonly<Record<string, unknown>>) => Promise<string>
  /** Lets time pass, and lets the sweeps of that time happen. */
  readonly pass: (seconds: number) => Promise<void>
}

export interface StreamWorldOptions {
  readonly server?: Partial<Omit<ResourceServerOptions, 'authorizationServers' | 'onEvent'>>
  readonly platforms?: readonly Platform[]
}

/**
 * Opens the world. `setInterval` has to be faked before, with `vi.useFakeTimers({ toFake:
 * ['setInterval', 'clearInterval'] })`.
 */
export async function openStreamWorld(options: StreamWorldOptions = {}): Promise<StreamWorld> {
  const clock = createTestClock()
  let channel: OwnChannel | undefined
  const world = await openWorld({
    ...options,
    server: { requiredScopes: [], policy: POLICY, clock, ...options.server },
    handler: () => {
      channel = createChannel()
      return { headers: [['Content-Type', 'text/event-stream']], body: channel.events() }
    },
  })
  return {
    world,
    clock,
    get channel() {
      if (channel === undefined) throw new Error('no stream was opened')
      return channel
    },
    mint: (claims = {}) => {
      const now = clock.now()
      const times = { iat: now, exp: now + 300 }
      return world.issuer.mint({ aud: RESOURCE, scope: 'notes:read', ...times, ...claims })
    },
    async pass(seconds) {
      for (let passed = 0; passed < seconds; passed += 5) {
        clock.pass(5)
        await vi.advanceTimersByTimeAsync(5_000)
      }
      // What was ended has to reach its reader.
      await new Promise((resolve) => setTimeout(resolve, 20))
    },
  }
}

const POLICY = { tools: { read_note: [] }, resources: { 'note://{+id}': 'notes:read' } } as const

/** The streams that wait for whatever happens. */
export const LISTENING: readonly (readonly [string, (token: string) => WireRequest])[] = [
  [
    'GET',
    (token) => ({
      headers: [
        ['Authorization', `Bearer ${token}`],
        ['Accept', 'text/event-stream'],
      ],
    }),
  ],
  [
    'subscriptions/listen',
    (token) => ask('2026-07-28', token, 'subscriptions/listen', { notifications: {} }),
  ],
]

/** The answer of a call that runs. */
export function runningCall(token: string): WireRequest {
  return ask('2025-11-25', token, 'tools/call', { name: 'read_note' })
}

/** What a client has received of an open stream so far. */
export interface Received {
  readonly status: number
  readonly text: string
  readonly isOver: boolean
  /** Resolves when the text is there; the test's timeout rejects. */
  until(text: string): Promise<void>
  /** Resolves when the stream has ended. */
  readonly over: Promise<void>
}

export async function receive(app: App, request: WireRequest): Promise<Received> {
  return receiveAnswer(await app.open(request))
}

export function receiveAnswer({ status, body }: OpenAnswer): Received {
  let text = ''
  let isOver = false
  let wake = Promise.withResolvers<void>()
  const read = async (): Promise<void> => {
    try {
      for await (const chunk of body) {
        text += Buffer.from(chunk).toString()
        wake.resolve()
        wake = Promise.withResolvers()
      }
    } catch {
      // A stream that is cut off is over, too.
    }
    isOver = true
    wake.resolve()
  }
  const over = read()
  return {
    status,
    over,
    get text() {
      return text
    },
    get isOver() {
      return isOver
    },
    async until(wanted) {
      while (!text.includes(wanted)) {
        if (isOver) throw new Error(`the stream ended before ${wanted}`)
        await wake.promise
      }
    },
  }
}

interface OwnChannel extends Channel {
  events(): AsyncIterable<string>
}

function createChannel(): OwnChannel {
  const waiting: string[] = []
  let wake = Promise.withResolvers<void>()
  let isFinished = false
  let isClosed = false
  const signal = (): void => {
    wake.resolve()
    wake = Promise.withResolvers()
  }
  return {
    get isClosed() {
      return isClosed
    },
    emit(text) {
      waiting.push(`data: ${text}\n\n`)
      signal()
    },
    finish() {
      isFinished = true
      signal()
    },
    async *events() {
      try {
        for (;;) {
          const text = waiting.shift()
          if (text !== undefined) yield text
          else if (isFinished) return
          else await wake.promise
        }
      } finally {
        isClosed = true
      }
    },
  }
}
