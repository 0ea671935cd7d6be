/**
 * The to-do manager, used by alice, bob and an administrator with the client of the official SDK.
 *
 * `node --conditions=mcp-gatehouse-source examples/todo-manager/client.ts` starts everything, and
 * ends with 0 if all was answered as it says.
 */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { createTestAuthorizationServer, type TestUsers } from 'mcp-gatehouse/testing'
import { createTodoApp, SCOPES } from './server.ts'
import { openSession, type Session } from './session.ts'

const users: TestUsers = {
  alice: { password: 'wonderland', scopes: ['todo:read', 'todo:write'] },
  bob: { password: 'builder', scopes: ['todo:read', 'todo:write'] },
  admin: { password: 'root', scopes: SCOPES },
}

const server = createServer().listen(0, '127.0.0.1')
await once(server, 'listening')
const address = server.address()
assert(typeof address === 'object' && address !== null)
const serverUrl = `http://127.0.0.1:${address.port}/mcp`
const authorizationServer = await createTestAuthorizationServer({
  resources: { [serverUrl]: SCOPES },
  users,
})
server.on('request', createTodoApp(serverUrl, authorizationServer.issuer))

try {
  await tellStory()
} finally {
  server.close()
  server.closeAllConnections()
  await authorizationServer.close()
}

async function tellStory(): Promise<void> {
  const alice = await open('alice')
  const milk = await alice.callTool('add_todo', { title: 'Buy milk' })
  await alice.callTool('add_todo', { title: 'Call mum' })
  assert.deepEqual(await titlesOf(alice), ['Buy milk', 'Call mum'])
  console.log('alice signs in for reading and writing, and adds two to-dos')

  // He unticks writing when he signs in, and ticks it when he is asked again.
  const bob = await open('bob', ['todo:read'])
  assert.deepEqual(await bob.listTools(), ['list_todos', 'clear_todos'])
  assert.deepEqual(await titlesOf(bob), [])
  console.log(
    'bob signs in for reading: he sees neither add_todo nor delete_todo, and nothing of alice',
  )

  await bob.callTool('add_todo', { title: 'Fix the roof' })
  assert.deepEqual(bob.asked, ['todo:read todo:write', 'todo:read todo:write'])
  assert.deepEqual(await bob.listTools(), ['list_todos', 'add_todo', 'delete_todo', 'clear_todos'])
  assert.deepEqual(await titlesOf(bob), ['Fix the roof'])
  console.log('bob adds a to-do: he is asked for writing, and then sees those tools too')

  const { id } = JSON.parse(milk.text)
  const refusal = await bob.callTool('delete_todo', { id })
  assert.equal(refusal.isError, true)
  assert.match(refusal.text, /belongs to somebody else/)
  assert.deepEqual(await titlesOf(alice), ['Buy milk', 'Call mum'])
  console.log("bob cannot delete alice's to-do: he is not its owner")

  await assert.rejects(
    bob.callTool('clear_todos', { owner: 'everybody' }),
    /Ask the user to sign in/,
  )
  assert.match(bob.asked.at(-1) ?? '', /todo:admin/)
  assert.deepEqual(await titlesOf(alice), ['Buy milk', 'Call mum'])
  console.log('bob cannot clear all to-dos: it takes todo:admin, which is not his to grant')

  assert.equal((await alice.callTool('delete_todo', { id })).text, '{"deleted":1}')
  assert.deepEqual(await titlesOf(alice), ['Call mum'])
  console.log('alice deletes her own')

  // For todo:admin alone: it includes the others.
  const admin = await open('admin', ['todo:read'], ['todo:admin'])
  assert.deepEqual(admin.asked, ['todo:read todo:write'])
  const cleared = await admin.callTool('clear_todos', { owner: 'everybody' })
  assert.equal(cleared.text, '{"deleted":2}')
  assert.equal(admin.asked.length, 2)
  assert.match(admin.asked[1] ?? '', /todo:admin/)
  assert.deepEqual([await titlesOf(alice), await titlesOf(bob)], [[], []])
  await admin.callTool('add_todo', { title: 'Write to everybody' })
  assert.equal(admin.asked.length, 2)
  console.log('the admin clears all to-dos: one more consent, for todo:admin, and it is done')

  await Promise.all([alice.close(), bob.close(), admin.close()])
}

/** Signs in, allowing `scopes` at first and `moreScopes` later; by default all that is asked for. */
function open(
  username: string,
  scopes?: readonly string[],
  moreScopes?: readonly string[],
): Promise<Session> {
  const user = { username, password: users[username]?.password ?? '' }
  return openSession(serverUrl, { ...user, scopes }, { ...user, scopes: moreScopes })
}

async function titlesOf(session: Session): Promise<readonly string[]> {
  const todos: readonly { readonly title: string }[] = JSON.parse(
    (await session.callTool('list_todos')).text,
  )
  return todos.map(({ title }) => title)
}
