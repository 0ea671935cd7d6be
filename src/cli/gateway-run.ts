import { resolve } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { CommandRefused } from './cli-errors.ts'
import type { Command, CommandResult } from './command.ts'
import { formatProblems, type Problem } from './gateway/problem.ts'
import type { Built } from './gateway/serve.ts'
import { untilSignal } from './gateway/signals.ts'
import type { CliIo } from './io.ts'

export const gatewayRun: Command = {
  name: 'gateway',
  summary: 'Protect MCP servers in any language, by a reverse proxy',
  options: [
    {
      name: 'config',
      value: '<file>',
      help: 'YAML or JSON; docs/gateway.md lists the keys',
      isRequired: true,
    },
    { name: 'check', help: 'Say what is wrong with the file, and start nothing' },
  ],
  details: [
    'It needs undici, yaml and zod. SIGHUP reads the file again: a mistake in it changes nothing,',
    'and so do listen, admin, audit and storage, which need a restart; it says which of them are others.',
    'SIGTERM and SIGINT let running calls finish. Standard output is the audit log, where it is that of',
    'audit.to.',
  ],
  peers: () => ['undici', 'yaml', 'zod'],
  async run(options, io) {
    const file = options.required('config')
    // Loaded here, so that no other command waits for it.
    const { buildGateway } = await import('./gateway/serve.ts')
    const isCheck = options.isSet('check')
    const built = await buildGateway(resolve(io.cwd, file), io, isCheck)
    if (!built.ok) return refused(file, built.problems)
    if (isCheck) return checked(file, built)
    return serve(file, built, io)
  },
}

type Running = Extract<Built, { readonly ok: true }>

function refused(file: string, problems: readonly Problem[]): CommandResult {
  return { json: { ok: false, problems }, lines: formatProblems(file, problems), isRefusal: true }
}

async function checked(file: string, { gateway, parts }: Running): Promise<CommandResult> {
  const resources = Object.values(gateway.resources)
  await gateway.close()
  await parts.close()
  const noun = resources.length === 1 ? 'resource' : 'resources'
  return {
    json: { ok: true, resources },
    lines: [
      `${file} is right: ${resources.length} ${noun}.`,
      ...resources.map((url) => `  ${url}`),
    ],
  }
}

async function serve(file: string, built: Running, io: CliIo): Promise<CommandResult> {
  const { gateway } = built
  const say = (line: string): unknown => io.stderr.write(`${line}\n`)
  let { parts } = built
  const { file: started } = built
  const { url, adminUrl } = await gateway.listen().catch((error: unknown) => {
    throw describeListenFailure(error)
  })

  async function reload(): Promise<void> {
    const { rebuildGateway } = await import('./gateway/serve.ts')
    const next = await rebuildGateway(resolve(io.cwd, file), io, { gateway, parts })
    if (!next.ok) {
      for (const line of formatProblems(file, next.problems)) say(line)
      say('Nothing was changed: the configuration before it stays in force.')
      return
    }
    const before = parts
    parts = next.parts
    // Requests of before may still count in its stores.
    setTimeout(() => void before.close(), RETIRE_MILLISECONDS).unref()
    say('The configuration was read again, and is in force.')
    const waiting = NEED_RESTART.filter((key) => !isDeepStrictEqual(started[key], next.file[key]))
    if (waiting.length > 0) say(`Of it ${waiting.join(', ')} will be after a restart.`)
  }

  let last: Promise<void> = Promise.resolve()
  const stopReloads = io.onSignal('SIGHUP', () => {
    last = last.then(reload).catch((error: unknown) => {
      say(`Nothing was changed: ${error instanceof Error ? error.message : 'the reload failed'}`)
    })
  })
  const told = untilSignal(io.onSignal, ['SIGTERM', 'SIGINT'])
  // Whoever reads this may send a signal at once.
  say(
    `The gateway answers at ${url}${adminUrl === undefined ? '' : `, and to you at ${adminUrl}`}.`,
  )
  for (const [path, resource] of Object.entries(gateway.resources)) say(`  ${path}  ${resource}`)
  const signal = await told
  stopReloads()
  await last
  const closed = gateway.close()
  say(`${signal}: no further requests are taken, and running ones may finish.`)
  await closed
  await parts.close()
  await parts.storage?.close()
  await parts.audit?.close()
  return { json: { ok: true }, lines: [] }
}

const RETIRE_MILLISECONDS = 10_000
/** What is opened once. */
const NEED_RESTART = ['listen', 'admin', 'audit', 'storage'] as const

function describeListenFailure(error: unknown): unknown {
  const { code, address, port } = error as NodeJS.ErrnoException & {
    readonly address?: string
    readonly port?: number
  }
  if (code !== 'EADDRINUSE' && code !== 'EADDRNOTAVAIL' && code !== 'EACCES') return error
  const reason = code === 'EADDRINUSE' ? 'is taken by another process' : `cannot be had (${code})`
  return new CommandRefused(
    `${address}:${port} ${reason}. Choose another host or port in listen or admin.`,
  )
}
