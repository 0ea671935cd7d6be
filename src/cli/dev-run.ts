import type { CommandUpstreamOptions } from '../gateway/index.ts'
import { CommandRefused, UsageError } from './cli-errors.ts'
import type { Command, GivenOptions } from './command.ts'
import type { TraceStep } from './dev/trace.ts'
import { paint } from './format.ts'
import { untilSignal } from './gateway/signals.ts'
import type { CliIo } from './io.ts'
import { failureCode } from './provider-probe.ts'

const DEFAULT_PORT = 7400
const PROBE_MILLISECONDS = 3_000

export const devRun: Command = {
  name: 'dev',
  summary: 'Put sign-in in front of an MCP server on this machine, with no configuration',
  rest: { name: '<command> <args…>', help: 'An MCP server that speaks stdio, instead of a URL' },
  options: [
    {
      name: 'upstream',
      value: '<url>',
      help: 'The MCP server, such as http://127.0.0.1:8000/mcp',
    },
    {
      name: 'data',
      value: '<folder>',
      help: 'Where sign-ins are kept for the next time; nowhere by default',
    },
    { name: 'port', value: '<number>', help: `${DEFAULT_PORT} by default; 0 for any free one` },
  ],
  details: [
    'For development: it answers on 127.0.0.1 only, and its two users are known to everybody. Without',
    '--data all that it knows is gone when it ends. It needs undici and oidc-provider, and for a',
    'command @modelcontextprotocol/server: with npx, name them with -p (docs/gateway.md).',
  ],
  peers: ({ rest }) => [
    'oidc-provider',
    'undici',
    ...(rest.length === 0 ? [] : ['@modelcontextprotocol/server']),
  ],
  async run(options, io) {
    const port = portOf(options)
    // Loaded here, so that no other command waits for it.
    const { DEV_USERS, startDevServer } = await import('./dev/dev-server.ts')
    const { clientSnippets } = await import('./dev/snippets.ts')
    const say = (line: string): unknown => io.stdout.write(`${line}\n`)
    const upstream = upstreamOf(options)
    const onStep = (step: TraceStep): unknown => say(formatStep(step, io))
    const folder = options.value('data')
    const server = await startDevServer({ upstream, port, onStep, folder }).catch(
      (error: unknown) => {
        throw isTaken(error)
          ? new CommandRefused(`Port ${port} is taken. Choose another --port.`)
          : error
      },
    )
    const told = untilSignal(io.onSignal, ['SIGINT', 'SIGTERM'])
    const { url, resource } = server
    const failure = typeof upstream === 'string' ? await failureAt(upstream, io) : undefined
    say(`${paint(io, 'bold', resource)} is ${nameOf(upstream)}, with sign-in.`)
    const users = DEV_USERS.map(({ username, password }) => `${username} / ${password}`)
    say(`Users: ${users.join(', ')}. What happens is here, and at ${url}/__trace.`)
    say('')
    for (const line of clientSnippets(resource)) say(`  ${line}`)
    if (failure !== undefined) {
      say('')
      say(paint(io, 'yellow', `Nothing answers at ${nameOf(upstream)} yet (${failure}).`))
      say('Start that server, or correct the URL: until then no call gets through.')
    }
    say('')
    await told
    await server.close()
    return { json: { ok: true }, lines: [] }
  },
}

function upstreamOf(options: GivenOptions): string | CommandUpstreamOptions {
  const url = options.value('upstream')
  const [command, ...args] = options.rest
  if ((url === undefined) === (command === undefined)) {
    throw new UsageError('Give one MCP server: --upstream <url>, or -- <command> <args…>.')
  }
  if (url === undefined) return { command: command ?? '', args }
  if (URL.canParse(url) && /^https?:$/.test(new URL(url).protocol)) return url
  throw new UsageError('--upstream is an http or https URL, such as http://127.0.0.1:8000/mcp.')
}

/** Why nobody can be reached there; whatever is answered will do. */
async function failureAt(
  url: string,
  { fetch = globalThis.fetch }: CliIo,
): Promise<string | undefined> {
  try {
    const signal = AbortSignal.timeout(PROBE_MILLISECONDS)
    const answer = await fetch(url, { method: 'OPTIONS', redirect: 'manual', signal })
    await answer.body?.cancel()
    return undefined
  } catch (error) {
    return failureCode(error)
  }
}

function nameOf(upstream: string | CommandUpstreamOptions): string {
  return typeof upstream === 'string'
    ? upstream
    : `\`${[upstream.command, ...(upstream.args ?? [])].join(' ')}\``
}

function portOf(options: GivenOptions): number {
  const text = options.value('port') ?? String(DEFAULT_PORT)
  if (/^\d{1,5}$/.test(text) && Number(text) <= 65_535) return Number(text)
  throw new UsageError('--port is 0 to 65535.')
}

function isTaken(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EADDRINUSE'
}

const STYLES = { good: 'green', bad: 'yellow', plain: 'dim' } as const

function formatStep({ at, request, text, tone }: TraceStep, io: CliIo): string {
  const time = new Date(at * 1_000).toISOString().slice(11, 19)
  return `${time}  ${request.padEnd(44)}  ${paint(io, STYLES[tone], text)}`
}
