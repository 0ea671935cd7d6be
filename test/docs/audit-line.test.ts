import { readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { createResourceServer } from 'mcp-gatehouse'
import { createAuditLog } from 'mcp-gatehouse/audit'
import { createTokenIssuer } from 'mcp-gatehouse/testing'
import { expect, onTestFinished, test } from 'vitest'
import { makeFolder } from '../cli/support.ts'

const PAGE = resolve(import.meta.dirname, '../../docs/audit.md')
/** What differs from run to run, and on the page is the value of some run. */
const CHANGING = new Set(['time', 'request_id', 'issuer', 'subject', 'mac'])

const comparable = (line: string): object =>
  Object.entries(JSON.parse(line) as Record<string, unknown>).map(([name, value]) => [
    name,
    CHANGING.has(name) ? typeof value : value,
  ])

test('docs/audit.md shows a line as it is written for a call that lacks a scope', async () => {
  const [, example = ''] = /^```json\n(.*)\n```$/m.exec(await readFile(PAGE, 'utf8')) ?? []
  const issuer = await createTokenIssuer()
  onTestFinished(() => issuer.close())
  const file = join(await makeFolder(), 'audit.jsonl')
  const audit = await createAuditLog({
    file,
    key: 'Zm9yIHRlc3RzIGFsb25lLCA0MyBjaGFyYWN0ZXJzIG9mIGl0',
  })
  const gatehouse = createResourceServer({
    resource: 'https://mcp.example.com/mcp',
    authorizationServers: [issuer.issuer],
    allowInsecureLoopback: true,
    trustedProxyHops: 1,
    policy: { tools: { delete_note: 'notes:delete' } },
    onEvent: audit.write,
  })
  const token = await issuer.mint({
    aud: 'https://mcp.example.com/mcp',
    client_id: 'vscode',
    scope: 'notes:read',
  })
  const handle = gatehouse.protect(() => new Response('handled'))
  const { status } = await handle(
    new Request('https://mcp.example.com/mcp', {
      method: 'POST',
      headers: {
        authorization: `Bearer ${token}`,
        'content-type': 'application/json',
        'x-forwarded-for': '203.0.113.7',
      },
      body: '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"delete_note"}}',
    }),
  )
  await audit.close()
  const [, line = ''] = (await readFile(file, 'utf8')).split('\n')
  expect([status, comparable(example)]).toEqual([403, comparable(line)])
})
