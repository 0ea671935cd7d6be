import type * as sdk from '@modelcontextprotocol/server'
import type { Principal } from '../../principal/index.ts'
import type { CommandSettings } from '../settings.ts'
import { type Child, startChild } from './child.ts'
import { buildEnvironment } from './environment.ts'
import { parseLine } from './message.ts'
import { ProcessFailure } from './process-failure.ts'
import type { Place } from './process-places.ts'
import { createStderrLines } from './stderr-lines.ts'
import type { StreamedAnswer } from './streamed-answer.ts'

/** What a process tells the operator. */
export type ProcessReport =
  | {
      readonly type: 'upstream.stderr'
      readonly principal: string
      readonly text: string
      readonly leftOut: number
    }
  | { readonly type: 'upstream.ended'; readonly principal: string; readonly error: Error }

/** The SDK, whose transports are the HTTP side of a process. */
export type ServerSdk = typeof sdk

/** What all processes of an upstream are made with. */
export interface HostParts {
  readonly sdk: ServerSdk
  readonly settings: CommandSettings
  readonly elapsed: () => number
  readonly report: (event: ProcessReport) => void
}

/** The HTTP side of a process. */
export interface Conversation {
  handle(request: Request, body: unknown): Promise<Response>
  receive(message: sdk.JSONRPCMessage): void
  /** Nobody waits any more for the answers to these messages. */
  abandon(body: unknown): void
  /** Says that a stream that waits for events is open; the result says that it is not any more. */
  listen(): () => void
  /** Tells everybody to whom something has been passed on that there is no answer. */
  end(reason: string): void
}

/** A request as it comes to a process. */
export interface ProcessRequest {
  readonly method: string
  readonly headers: Headers
  /** The body, parsed; `undefined` where there is none. */
  readonly body: unknown
}

/** A process of one caller. */
export interface HostedProcess {
  /** Whether it takes nothing any more, since it ends or has ended. */
  readonly isOver: boolean
  serve(request: ProcessRequest, answer: StreamedAnswer): Promise<void>
  stop(): Promise<void>
}

/** Nobody asks this address: the transports of the SDK want a request, and read its header only. */
const ADDRESS = 'http://stdio.invalid/'
const HAS_ENDED = 'The MCP server has ended.'

/**
 * Starts a process for a caller.
 *
 * @param converse What gives it an HTTP side.
 * @param onEnd It is over; without a failure where it was told to end.
 * @throws {ProcessFailure} where there is no environment for the caller
 */
export async function startHostedProcess(
  { elapsed, report, sdk: peer, settings }: HostParts,
  { caller, place }: { readonly caller: Principal; readonly place: Place },
  converse: (child: Child) => Conversation,
  onEnd: (failure: ProcessFailure | undefined) => void,
): Promise<HostedProcess> {
  const { args, command, cwd, maxMessageBytes, startTimeoutSeconds } = settings
  const { secrets, variables } = await buildEnvironment(settings, caller)
  const { id: principal } = caller
  const answers = new Set<StreamedAnswer>()
  const said = createStderrLines(secrets, elapsed, (text, leftOut) =>
    report({ type: 'upstream.stderr', principal, text, leftOut }),
  )
  const child = startChild(
    { command, args, cwd, environment: variables, maxMessageBytes, startTimeoutSeconds },
    {
      line(text) {
        const message = parseLine(peer, text)
        if (message === undefined) said.say(`Not JSON-RPC on its standard output: ${text}`)
        else conversation.receive(message)
        return message !== undefined
      },
      stderr: (chunk) => said.push(chunk),
      end(failure) {
        onEnd(failure)
        if (failure !== undefined) report({ type: 'upstream.ended', principal, error: failure })
        const error = failure ?? new ProcessFailure('STDIO_ENDED', 'The process was ended.')
        for (const answer of answers) if (answer.isPending) answer.fail(error)
        conversation.end(HAS_ENDED)
      },
    },
  )
  const conversation = converse(child)
  place.stop = () => child.stop()

  return {
    get isOver() {
      return child.refusal()?.code === 'STDIO_ENDED'
    },
    stop: () => child.stop(),
    async serve(request, answer) {
      const refusal = child.refusal()
      if (refusal !== undefined) return answer.fail(refusal)
      answers.add(answer)
      const leave = occupy(place, elapsed)
      return converseAbout(request, answer, {
        child,
        conversation,
        onOver() {
          answers.delete(answer)
          leave()
        },
      })
    },
  }
}

function occupy(place: Place, elapsed: () => number): () => void {
  place.busy += 1
  return () => {
    place.busy -= 1
    place.idleSince = elapsed()
  }
}

interface Exchanged {
  readonly child: Child
  readonly conversation: Conversation
  readonly onOver: () => void
}

async function converseAbout(
  { body, headers, method }: ProcessRequest,
  answer: StreamedAnswer,
  { child, conversation, onOver }: Exchanged,
): Promise<void> {
  const gone = new AbortController()
  let stopListening: (() => void) | undefined
  answer.attach({
    hold: (bytes) => child.hold(bytes),
    abandon() {
      gone.abort()
      conversation.abandon(body)
    },
    leave() {
      stopListening?.()
      onOver()
    },
  })
  const request = new Request(ADDRESS, { method, headers, signal: gone.signal })
  const response = await conversation.handle(request, body)
  const isStream = method === 'GET' && response.ok
  if (isStream && answer.isPending) stopListening = conversation.listen()
  return answer.pass(response, !isStream && response.ok)
}
