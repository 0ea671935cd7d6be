/**
 * `npm run demo`: a protected MCP server, an authorization server, and a client that goes through
 * everything between them with no human.
 *
 * With `--once`, or without a terminal, it ends there: with 0 if all went as it should, else 1.
 */
import { once } from 'node:events'
import { createServer } from 'node:http'
import { parseArgs } from 'node:util'
import type { AuditEvent } from 'mcp-gatehouse'
import { createTestAuthorizationServer, DEMO_USERS, type TestUsers } from 'mcp-gatehouse/testing'
import { printGuide } from './guide.ts'
import { listen, orOnFreePort } from './listen.ts'
import { createNotesServer, SCOPES } from './notes-server.ts'
import { tellStory } from './story.ts'
import { paint, print, printHeading } from './terminal.ts'
import { printAuditEvent } from './visitors.ts'

const users: TestUsers = { ...DEMO_USERS, bob: { password: 'builder', scopes: ['notes:read'] } }

const { values } = parseArgs({ options: { once: { type: 'boolean', default: false } } })

let onEvent: (event: AuditEvent) => void = () => {}

const server = createServer()
const port = await orOnFreePort(7007, (wanted) => listen(server, wanted))
const serverUrl = `http://127.0.0.1:${port}/mcp`
const authorizationServer = await orOnFreePort(7008, (wanted) =>
  createTestAuthorizationServer({
    port: wanted,
    resources: { [serverUrl]: SCOPES },
    users,
    showPasswords: true,
  }),
)
server.on(
  'request',
  createNotesServer(serverUrl, authorizationServer.issuer, (event) => onEvent(event)),
)

printHeading('mcp-gatehouse')
print(`  ${serverUrl}    an MCP server on the official SDK, protected by mcp-gatehouse`)
print(
  `  ${authorizationServer.issuer.padEnd(serverUrl.length)}    an authorization server for alice and bob`,
)

try {
  await tellStory(serverUrl, users)
  print(`\n  ${paint('green', '✓ Everything was answered as it should be.')}\n`)
} catch (error) {
  print(`\n  ${paint('red', `✗ ${error instanceof Error ? error.message : String(error)}`)}\n`)
  process.exitCode = 1
}

if (process.stdout.isTTY && !values.once && process.exitCode !== 1) {
  printGuide(serverUrl, users)
  onEvent = printAuditEvent
  await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')])
  print()
}

server.close()
server.closeAllConnections()
await authorizationServer.close()
