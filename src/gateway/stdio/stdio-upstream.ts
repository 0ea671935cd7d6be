import type { Dispatcher } from 'undici'
import { isModernRevision } from '../../mcp/index.ts'
import { importPeer } from '../../runtime/index.ts'
import type { Upstream, UpstreamRequest } from '../upstream.ts'
import type { HostedProcess, HostParts, ServerSdk } from './hosted-process.ts'
import { createHostedProcesses, type HostedProcesses } from './hosted-processes.ts'
import { parseExactly } from './message.ts'
import { StreamedAnswer } from './streamed-answer.ts'

export function loadServerSdk(): Promise<ServerSdk> {
  return importPeer('@modelcontextprotocol/server', () => import('@modelcontextprotocol/server'))
}

/** After a process that could not be started nobody is kept waiting for another one. */
const DOWN_MILLISECONDS = 1_000
const SWEEP_MILLISECONDS = 1_000
const BEGIN_FIRST = 'This MCP server is of a revision before 2026-07-28: begin with initialize.'

/** Creates an upstream that is a command, whose processes start as they are needed. */
export function createStdioUpstream(parts: HostParts): Upstream {
  const { elapsed, settings } = parts
  const processes = createHostedProcesses(parts)
  const sweeper = setInterval(() => processes.sweep(), SWEEP_MILLISECONDS).unref()
  let downUntil = -Infinity

  async function serve(request: UpstreamRequest, answer: StreamedAnswer): Promise<void> {
    const headers = new Headers(pairsOf(request.headers))
    const { body, method } = request
    const message = body === undefined ? undefined : parseExactly(body.toString())
    const found = await findProcess(processes, headers, message, request)
    if (found instanceof Response) return answer.pass(found, false)
    return found.serve({ method, headers, body: message }, answer)
  }

  return {
    settings,
    // Processes are what there is a limited number of.
    enter: () => true,
    leave: () => undefined,
    retryAfterSeconds: () => (elapsed() < downUntil ? 1 : undefined),
    reached(isReached) {
      downUntil = isReached ? -Infinity : elapsed() + DOWN_MILLISECONDS
    },
    send(request, handler: Dispatcher.DispatchHandler) {
      const isStream = request.method === 'GET'
      const answer = new StreamedAnswer(
        handler,
        isStream ? undefined : settings.responseTimeoutSeconds,
      )
      serve(request, answer).catch((error: Error) => answer.fail(error))
    },
    async close() {
      clearInterval(sweeper)
      await processes.close()
    },
    async retire() {
      clearInterval(sweeper)
      await processes.retire()
    },
  }
}

async function findProcess(
  processes: HostedProcesses,
  headers: Headers,
  message: unknown,
  { caller }: UpstreamRequest,
): Promise<HostedProcess | Response> {
  const { method } = (message ?? {}) as { readonly method?: unknown }
  const revision = headers.get('mcp-protocol-version') ?? undefined
  if (revision !== undefined && (isModernRevision(revision) || method === 'server/discover')) {
    return (await processes.shared(caller)) ?? refuse(400, -32_600, BEGIN_FIRST)
  }
  const id = headers.get('mcp-session-id')
  if (id !== null) {
    return processes.session(caller, id) ?? refuse(404, -32_001, 'Session not found')
  }
  if (method === 'initialize') return processes.begin(caller)
  return refuse(400, -32_000, 'Bad Request: Mcp-Session-Id header is required')
}

function refuse(status: number, code: number, message: string): Response {
  return Response.json({ jsonrpc: '2.0', id: null, error: { code, message } }, { status })
}

function pairsOf(fields: readonly string[]): [string, string][] {
  return fields.flatMap((name, at) =>
    at % 2 === 0 ? [[name, fields[at + 1] ?? ''] as [string, string]] : [],
  )
}
