import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { createTokenIssuer } from 'mcp-gatehouse/testing'
import { afterAll, afterEach, describe, expect, test } from 'vitest'
import { openExchange, type WireRequest } from '../adapters/wire.ts'
import { RESOURCE } from '../adapters/world.ts'
import { ask } from '../conformance/eras.ts'
import { LISTENING, type Received, receiveAnswer } from './support/stream-world.ts'

const FILE = fileURLToPath(new URL('support/drained-server.ts', import.meta.url))
const [, get] = LISTENING[0] ?? []
if (get === undefined) throw new Error('no GET')

const issuer = await createTokenIssuer()
const token = await issuer.mint({ aud: RESOURCE })
const children: ChildProcess[] = []
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
})
afterAll(() => issuer.close())

interface Running {
  readonly child: ChildProcess
  /** What it has printed: its port, and a line per call. */
  readonly lines: () => readonly string[]
  readonly receive: (request: WireRequest) => Promise<Received>
}

async function start(): Promise<Running> {
  const child = spawn(
    process.execPath,
    ['--conditions=mcp-gatehouse-source', FILE, issuer.issuer],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  )
  children.push(child)
  let printed = ''
  child.stdout.on('data', (chunk: Buffer) => (printed += chunk.toString()))
  const lines = () => printed.split('\n').filter((line) => line !== '')
  await expect.poll(() => lines().length).toBe(1)
  const port = Number(lines()[0])
  const receive = async (request: WireRequest) => receiveAnswer(await openExchange(port, request))
  return { child, lines, receive }
}

const PAY = ask('2025-11-25', token, 'tools/call', { name: 'pay' })

describe('SEC-342 a node goes away', () => {
  test('SEC-342 drained: the call that runs is answered, streams that listen are let go', async () => {
    const { child, lines, receive } = await start()
    const exited = once(child, 'exit')
    const listening = await receive(get(token))
    const calling = await receive(PAY)
    await Promise.all([listening.until('open'), calling.until('open')])
    child.kill('SIGTERM')
    await calling.over
    expect(calling.text).toBe('data: open\n\ndata: paid\n\n')
    expect(lines().slice(1)).toEqual(['paid'])
    await listening.over
    expect(listening.text).toBe('data: open\n\n')
    // No timer of the gate keeps the process alive.
    expect(await exited).toEqual([0, null])
  })

  test('SEC-342 killed: the client sees it, and nobody makes the call again', async () => {
    const { child, lines, receive } = await start()
    const calling = await receive(PAY)
    await calling.until('open')
    child.kill('SIGKILL')
    await calling.over
    expect(calling.text).toBe('data: open\n\n')
    expect(lines().slice(1)).toEqual(['paid'])

    const next = await start()
    const listening = await next.receive(get(token))
    await listening.until('open')
    expect(next.lines().slice(1)).toEqual([])
  })
})
