/**
 * alice lists her issues: she is asked for her token of the tracker on a page of the server, types
 * in a wrong one first, and her assistant never sees either.
 *
 * `node --conditions=mcp-gatehouse-source examples/api-key-tool/client.ts` starts everything, and
 * ends with 0 if all was answered as it says.
 */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { openSession } from '../github-issues/session.ts'
import { startTrackerTool } from './server.ts'

const TOKEN = 'trk_7d1f'

/** What alice does on the pages. */
const CONNECT = [
  { button: 'Sign in' },
  { button: 'Connect', fields: { field_token: 'trk_wrong' } },
  { button: 'Connect', fields: { field_token: TOKEN } },
]

/** A tracker that knows one token. */
const tracker = createServer((req, res) => {
  res.statusCode = req.headers.authorization === `Token ${TOKEN}` ? 200 : 401
  if (res.statusCode === 401) res.end()
  else res.end(req.url === '/me' ? '{"id":"7","name":"Alice"}' : 'Water the plants')
}).listen(0, '127.0.0.1')
await once(tracker, 'listening')
const address = tracker.address()
assert(typeof address === 'object' && address !== null)

const { resource, http } = await startTrackerTool(`http://127.0.0.1:${address.port}`)
const client = await openSession(resource, CONNECT)
try {
  const answer = await client.callTool({ name: 'my_issues' })
  assert.deepEqual(answer.content, [{ type: 'text', text: 'Water the plants' }])
  console.log('alice brings her token, at the second try, and sees her issues')
  assert(!JSON.stringify(answer).includes(TOKEN))
  console.log('her assistant has never seen it')
} finally {
  await client.close()
  for (const server of [http, tracker]) {
    server.close()
    server.closeAllConnections()
  }
}
