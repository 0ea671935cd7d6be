#!/usr/bin/env node
import process from 'node:process'
import { systemClock } from '../runtime/index.ts'
import { isFileFailure } from './file-failure.ts'
import { nodeProblem } from './node-version.ts'
import { openUrl } from './open-url.ts'

const problem = nodeProblem(process.versions)
if (problem !== undefined) {
  process.stderr.write(`mcp-gatehouse: ${problem}\n`)
  process.exit(1)
}
// Loaded here, since an old Node.js may fail at what is in it.
const { runCli } = await import('./run-cli.ts')

// A reader that has seen enough, such as `head`, is no failure.
process.stdout.on('error', (error) => {
  if (!isFileFailure(error, 'EPIPE')) throw error
})

process.exitCode = await runCli(process.argv.slice(2), {
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  env: process.env,
  isTerminal: { stdin: process.stdin.isTTY, stdout: process.stdout.isTTY },
  cwd: process.cwd(),
  now: () => systemClock.now(),
  onSignal(signal, listener) {
    process.on(signal, listener)
    return () => process.off(signal, listener)
  },
  openUrl: (url) => openUrl(url, process.env),
})

// A module of `--config` may listen, or keep connections open: what is written last ends them.
process.stderr.write('', () => process.stdout.write('', () => process.exit()))
