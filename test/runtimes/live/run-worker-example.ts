import { join } from 'node:path'
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { NEW, WORKERD } from '../runtimes.ts'
import { equal } from '../suite/assert.ts'
import { type CaseResult, resultOf } from '../suite/suite-case.ts'
import { writeWorker } from '../workerd.ts'
import { createHeldIssuer } from './held-issuer.ts'
import { findFreePort, startServer } from './served-process.ts'

/** Runs `examples/workers` of the stage on workerd, as the client of a user finds it. */
export async function runWorkerExample(directory: string): Promise<readonly CaseResult[]> {
  const issuer = await createHeldIssuer()
  const address = `127.0.0.1:${await findFreePort()}`
  const resource = `http://${address}/mcp`
  const config = await writeWorker(join(directory, 'workers-example'), {
    entry: join(directory, 'examples/workers/worker.ts'),
    compatibilityDate: NEW,
    compatibilityFlags: [],
    bindings: { RESOURCE: resource, ISSUER: issuer.issuer },
    address,
  })
  const metadata = `http://${address}/.well-known/oauth-protected-resource/mcp`
  const command = { program: WORKERD, parameters: ['serve', config], cwd: directory }
  const server = await startServer(command, metadata)
  try {
    const title = 'SEC-385 a Worker that gets its settings with a request knows its callers'
    return [await resultOf(title, () => callTool(resource, issuer.mint(resource)))]
  } finally {
    await server.stop()
    await issuer.close()
  }
}

async function callTool(resource: string, token: Promise<string>): Promise<void> {
  equal((await fetch(resource)).status, 401)
  const client = new Client({ name: 'smoke', version: '1.0.0' })
  const requestInit = { headers: { Authorization: `Bearer ${await token}` } }
  await client.connect(new StreamableHTTPClientTransport(new URL(resource), { requestInit }))
  const { content } = await client.callTool({ name: 'find_notes', arguments: { text: 'milk' } })
  equal(content, [{ type: 'text', text: 'alice looks for milk' }])
  await client.close()
}
