/**
 * Two users sign in and ask who they are, with the client of the official SDK.
 *
 * `node --conditions=mcp-gatehouse-source examples/whoami/client.ts` starts everything, and ends with
 * 0 if all was answered as it says.
 */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createTestAuthorizationServer, type TestUsers } from 'mcp-gatehouse/testing'
import { openSession } from '../todo-manager/session.ts'
import { createWhoami } from './server.ts'

const users: TestUsers = {
  alice: { password: 'wonderland', claims: { name: 'Alice Liddell' } },
  bob: { password: 'builder' },
}

const server = createServer().listen(0, '127.0.0.1')
await once(server, 'listening')
const resource = `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`
const authorizationServer = await createTestAuthorizationServer({
  resources: { [resource]: ['whoami'] },
  users,
})
const { issuer } = authorizationServer
server.on('request', createWhoami(resource, issuer))

try {
  const scopes = ['whoami']
  assert.deepEqual(await ask('alice'), { subject: 'alice', issuer, scopes, name: 'Alice Liddell' })
  console.log('alice signs in: the tool knows her, and the name that her token has')
  assert.deepEqual(await ask('bob'), { subject: 'bob', issuer, scopes })
  console.log('bob signs in: he is somebody else')
  assert.equal((await fetch(resource, { method: 'POST' })).status, 401)
  console.log('whoever does not sign in is nobody')
} finally {
  server.close()
  server.closeAllConnections()
  await authorizationServer.close()
}

async function ask(username: string): Promise<unknown> {
  const user = { username, password: users[username]?.password ?? '' }
  const session = await openSession(resource, user, user)
  const { text } = await session.callTool('whoami')
  await session.close()
  return JSON.parse(text)
}
