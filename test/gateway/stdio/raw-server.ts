/** A process on stdio that misbehaves in the way that its first argument names. */
import { createInterface } from 'node:readline'

const [, , mode = ''] = process.argv
const say = (message: unknown): boolean => process.stdout.write(`${JSON.stringify(message)}\n`)
const note = (text: string): boolean => process.stderr.write(`${text}\n`)

interface Asked {
  readonly id?: number
  readonly method: string
}

const initialized = {
  protocolVersion: '2025-11-25',
  capabilities: { tools: {} },
  serverInfo: { name: 'raw', version: '1.0.0' },
}

function answer({ id, method }: Asked): void {
  if (id === undefined) return
  if (method === 'server/discover' && mode === 'troubled') {
    say({ jsonrpc: '2.0', id, ...discovered() })
  } else if (method === 'server/discover') {
    say({ jsonrpc: '2.0', id, error: { code: -32_601, message: 'Method not found' } })
  } else if (method === 'initialize') {
    say({ jsonrpc: '2.0', id, result: initialized })
  } else (MISDEEDS[mode] ?? (() => say({ jsonrpc: '2.0', id, result: {} })))(id)
}

/** Has a fault of its own for alice. */
function discovered() {
  return process.env['GATEHOUSE_SUBJECT'] === 'alice'
    ? { error: { code: -32_603, message: 'Internal error' } }
    : { result: { supportedVersions: ['2026-07-28'] } }
}

const MISDEEDS: Readonly<Record<string, (id: number) => unknown>> = {
  noise(id) {
    process.stdout.write('Server is ready!\n{"jsonrpc":"1.0"}\n[]\nnull\n\n{"id":\n')
    say({ jsonrpc: '2.0', id: 'nobody', result: {} })
    return say({ jsonrpc: '2.0', id, result: { content: [] } })
  },
  long: () => process.stdout.write('x'.repeat(3_000_000)),
  flood(id) {
    const params = { level: 'info', data: 'x'.repeat(10_000) }
    let count = 0
    const more = (): void => {
      let isTaken = true
      while (isTaken && count < 6_000) {
        count += 1
        isTaken = say({ jsonrpc: '2.0', method: 'notifications/message', params })
        if (count % 100 === 0) note(`written ${count}`)
      }
      if (isTaken) say({ jsonrpc: '2.0', id, result: { content: [] } })
      else process.stdout.once('drain', more)
    }
    more()
  },
  exact: (id) =>
    process.stdout.write(
      `{"jsonrpc":"2.0","id":${id},"result":{"content":[],"n":12345678901234567890,"f":1.0}}\n`,
    ),
  stderr(id) {
    note(`key ${process.env['API_KEY']} and Bearer abc.def and \u001B[31mred`)
    for (let line = 0; line < 10_000; line += 1) note(`line ${line}`)
    process.stderr.write('y'.repeat(200_000))
    return say({ jsonrpc: '2.0', id, result: { content: [] } })
  },
  silent: () => undefined,
}

if (mode === 'exit') process.exit(7)
if (mode === 'stubborn') {
  process.on('SIGTERM', () => note('SIGTERM'))
  setInterval(() => undefined, 1_000)
}
if (mode === 'mute') setInterval(() => undefined, 1_000)
else {
  const lines = createInterface({ input: process.stdin })
  lines.on('line', (line) => answer(JSON.parse(line) as Asked))
}
