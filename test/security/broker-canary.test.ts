import { PassThrough } from 'node:stream'
import { inspect } from 'node:util'
import { McpServer } from '@modelcontextprotocol/server'
import type { AuditEvent } from 'mcp-gatehouse'
import { createAuditLog, createEventCounter } from 'mcp-gatehouse/audit'
import { expect, it, vi } from 'vitest'
import * as z from 'zod'
import { CANARY } from '../connections/tool-core.ts'
import { at, useToolSuite } from '../connections/tool-suite.ts'
import { type Fetch, servePerRequest, serveSessionsV2 } from '../connections/tool-world.ts'

const suite = useToolSuite()
const LEAKS = ['text', 'json', 'inspect', 'spread', 'throw', 'cause', 'progress', 'log'] as const

/** A tool that does with its credential all that tools do by mistake. */
function buildLeaky(): McpServer {
  const server = new McpServer({ name: 'leaky', version: '1' }, { capabilities: { logging: {} } })
  server.registerTool(
    'leak',
    { inputSchema: z.object({ how: z.enum(LEAKS) }) },
    suite.world.connections.require(
      'github',
      async ({ how }, { github }, ctx) => {
        await github.fetch('https://api.example.com/issues')
        const shown: Readonly<Record<(typeof LEAKS)[number], () => unknown>> = {
          text: () => String(Object(github)),
          json: () => JSON.stringify(github),
          inspect: () => inspect(github, { depth: 9, showHidden: true }),
          spread: () => JSON.stringify({ ...github }),
          throw: () => {
            throw new Error(`failed with ${inspect(github)} ${JSON.stringify(github)}`)
          },
          cause: () => {
            throw new Error('failed', { cause: github })
          },
          progress: async () => {
            const params = { progressToken: 1, progress: 1, message: inspect(github) }
            await ctx.mcpReq.notify({ method: 'notifications/progress', params })
          },
          log: () => console.log(github, inspect(github, { showHidden: true })),
        }
        await github.fetch('https://elsewhere.example.com').catch((error: unknown) => {
          console.error(error)
        })
        return { content: [{ type: 'text', text: String(await shown[how]()) }] }
      },
      { mode: 'wait' },
    ),
  )
  return server
}

/** What the audit log and the counts make of events. */
async function written(events: readonly AuditEvent[]): Promise<readonly string[]> {
  const stream = new PassThrough()
  const audit = await createAuditLog({ key: new Uint8Array(32), stream })
  const counter = await createEventCounter()
  for (const event of events) {
    void audit.write(event)
    counter.write(event)
  }
  await audit.close()
  return [String(stream.read()), (await counter.read()).text]
}

it.each([
  ['2026-07-28', () => servePerRequest(suite.issuer, buildLeaky), at('2026-07-28')],
  ['2025-11-25', () => serveSessionsV2(suite.issuer, buildLeaky), at('2025-11-25')],
] as const)(
  'SEC-249, E-06: a credential is in nothing that a client or a log gets, %s',
  async (_revision, serve, connect) => {
    const seen: string[] = []
    const streams = [process.stdout, process.stderr].map((stream) =>
      vi.spyOn(stream, 'write').mockImplementation((chunk) => {
        seen.push(String(chunk))
        return true
      }),
    )
    const consoles = (['log', 'error', 'warn'] as const).map((name) =>
      vi.spyOn(console, name).mockImplementation((...values) => {
        seen.push(values.map((value) => inspect(value, { depth: 9, showHidden: true })).join(' '))
      }),
    )
    const answers: Promise<string>[] = []
    const fetch = serve()
    const recorded: Fetch = async (url, init) => {
      const answer = await fetch(url, init)
      if (init?.method === 'POST') answers.push(answer.clone().text())
      return answer
    }
    const client = await connect({
      token: suite.alice,
      fetch: recorded,
      url: async ({ url }): Promise<'accept'> => {
        await suite.world.open(url)
        return 'accept'
      },
    })
    for (const how of LEAKS) {
      // oxlint-disable-next-line no-await-in-loop
      seen.push(JSON.stringify(await client.call('leak', { how })))
    }
    suite.world.refuseAlways()
    seen.push(JSON.stringify(await client.call('leak', { how: 'text' })))
    seen.push(JSON.stringify(client.asked), ...(await Promise.all(answers)))
    seen.push(inspect(suite.world.events, { depth: 9, showHidden: true }))
    seen.push(...(await written(suite.world.events)))
    for (const spy of [...streams, ...consoles]) spy.mockRestore()

    expect(client.asked.length).toBeGreaterThan(0)
    expect(suite.world.sent.every((value) => value?.includes(CANARY))).toBe(true)
    expect(seen.length).toBeGreaterThan(LEAKS.length * 2)
    const encoded = [CANARY, btoa(CANARY), encodeURIComponent(CANARY)]
    expect(seen.filter((text) => encoded.some((secret) => text.includes(secret)))).toEqual([])
  },
)
