/**
 * `npm run demo`: a protected MCP server, an authorization server in front of a company's identity
 * provider, and a client that goes through everything between them with no human.
 *
 * With `--once`, or without a terminal, it ends there: with 0 if all went as it should, else 1.
 */
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { parseArgs } from 'node:util'
import type { AuditEvent } from 'mcp-gatehouse'
import { startEntra } from 'mcp-gatehouse/testing'
import { createNotesAuthorizationServer } from './authorization-server.ts'
import { printGuide } from './guide.ts'
import { listenOrElsewhere } from './listen.ts'
import { createNotesServer } from './notes-server.ts'
import type { Places } from './places.ts'
import { createRecordingFetch } from './recorder.ts'
import { tellStory } from './story.ts'
import { createExchangePrinter, paint, print, printHeading } from './terminal.ts'
import { printAuditEvent } from './visitors.ts'

const { values } = parseArgs({ options: { once: { type: 'boolean', default: false } } })

const mcpServer = createServer()
const authorizationServer = createServer()
const serverUrl = `http://127.0.0.1:${await listenOrElsewhere(mcpServer, 7007)}/mcp`
const issuer = `http://127.0.0.1:${await listenOrElsewhere(authorizationServer, 7008)}`
// An emulation that refuses what Entra ID refuses.
const entra = await startEntra({ redirectUris: [`${issuer}/callback/entra`] })

const places: Places = [
  ['mcp', new URL(serverUrl).origin],
  ['auth', issuer],
  ['entra', originOf(entra)],
]
const printExchange = createExchangePrinter(places)
let onEvent: (event: AuditEvent) => void = () => {}

mcpServer.on(
  'request',
  createNotesServer(serverUrl, issuer, (event) => onEvent(event)),
)
authorizationServer.on(
  'request',
  await createNotesAuthorizationServer({
    issuer,
    resource: serverUrl,
    upstream: {
      name: 'entra',
      issuer: entra.issuer,
      clientId: entra.clientId,
      clientSecret: entra.clientSecret,
      allowInsecureLoopback: true,
      fetch: createRecordingFetch('auth', (exchange) => {
        if (exchange.url.pathname.endsWith('/token')) printExchange(exchange)
      }),
    },
    onEvent: (event) => onEvent(event),
  }),
)

printHeading('mcp-gatehouse')
printPlace('mcp', serverUrl, 'an MCP server on the official SDK, behind the gate')
printPlace('auth', issuer, 'its authorization server, in front of')
printPlace(
  'entra',
  originOf(entra),
  "a company's provider: no registration, no tokens per resource",
)

try {
  await tellStory(serverUrl, entra.users, printExchange)
  print(`\n  ${paint('green', '✓ Everything was answered as it should be.')}\n`)
} catch (error) {
  print(`\n  ${paint('red', `✗ ${error instanceof Error ? error.message : String(error)}`)}\n`)
  process.exitCode = 1
}

if (process.stdout.isTTY && !values.once && process.exitCode !== 1) {
  printGuide(serverUrl, entra.users)
  onEvent = printAuditEvent
  await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')])
  print()
}

for (const server of [mcpServer, authorizationServer]) closeNow(server)
await entra.close()

function printPlace(name: string, url: string, what: string): void {
  print(`  ${paint('dim', name.padEnd(6))}${url.padEnd(serverUrl.length)}  ${what}`)
}

function originOf({ issuer: url }: { readonly issuer: string }): string {
  return new URL(url).origin
}

function closeNow(server: Server): void {
  server.close()
  server.closeAllConnections()
}
