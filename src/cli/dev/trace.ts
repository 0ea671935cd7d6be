import { AsyncLocalStorage } from 'node:async_hooks'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AuditEvent } from '../../observability/index.ts'
import { printable } from '../plain-text.ts'
import { describeEvent, type Tone } from './describe-event.ts'

/** One thing that has happened, in words. */
export interface TraceStep {
  /** Seconds since the epoch. */
  readonly at: number
  /** `POST /mcp`, without the query; empty for what belongs to no request. */
  readonly request: string
  readonly tone: Tone
  readonly text: string
}

export interface Trace {
  /** The latest 500. */
  readonly steps: readonly TraceStep[]
  readonly event: (event: AuditEvent) => void
  /** Runs the handler of a request, and says how it ended where no event has. */
  follow(message: IncomingMessage, response: ServerResponse, run: () => void): void
  /** @returns Stops telling. */
  listen(listener: (step: TraceStep) => void): () => void
}

const MAX_STEPS = 500

/** Collects what happens, and tells whoever listens. Nothing of it is a credential. */
export function createTrace(onStep: (step: TraceStep) => void): Trace {
  const steps: TraceStep[] = []
  const listeners = new Set([onStep])
  const running = new AsyncLocalStorage<{ readonly request: string; isTold: boolean }>()

  function tell(request: string, tone: Tone, text: string): void {
    const step = {
      at: Math.floor(Date.now() / 1_000),
      request: printable(request),
      tone,
      text: printable(text),
    }
    steps.push(step)
    if (steps.length > MAX_STEPS) steps.shift()
    for (const listener of listeners) listener(step)
  }

  return {
    steps,
    event(event) {
      const described = describeEvent(event)
      if (described === undefined) return
      const store = running.getStore()
      if (store !== undefined) store.isTold = true
      tell(store?.request ?? '', described.tone, described.text)
    },
    follow(message, response, run) {
      const { method = '', url = '' } = message
      const store = { request: `${method} ${shownPath(url)}`, isTold: false }
      response.once('close', () => {
        if (store.isTold) return
        const { statusCode } = response
        tell(store.request, statusCode < 400 ? 'plain' : 'bad', String(statusCode))
      })
      running.run(store, run)
    },
    listen(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}

/** Without the query and the ids of sign-ins, which are for their browser alone. */
function shownPath(url: string): string {
  const [path = ''] = url.split('?')
  return path.replace(/^(\/(?:authorize|interaction))\/[\w-]{16,}/, '$1/…')
}
