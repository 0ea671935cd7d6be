import {
  Client,
  type OAuthClientProvider,
  type OAuthDiscoveryState,
  type StoredOAuthClientInformation,
  type StoredOAuthTokens,
  StreamableHTTPClientTransport,
} from '@modelcontextprotocol/client'
import { createScriptedBrowser, createTestAuthorizationServer } from 'mcp-gatehouse/testing'
import { createNotes, resource } from './notes.ts'

const server = await createTestAuthorizationServer({ resources: { [resource]: ['notes:read'] } })
const notes = createNotes({ authorizationServers: [server.issuer], allowInsecureLoopback: true })
const browser = createScriptedBrowser()

let information: StoredOAuthClientInformation | undefined
let tokens: StoredOAuthTokens | undefined
let verifier = ''
let discovery: OAuthDiscoveryState | undefined
let callback = new URL('about:blank')
const authProvider: OAuthClientProvider = {
  redirectUrl: 'http://127.0.0.1:33418/callback', // nothing listens: the browser stops before it
  clientMetadata: { redirect_uris: ['http://127.0.0.1:33418/callback'] },
  clientInformation: () => information,
  saveClientInformation: (saved) => void (information = saved),
  tokens: () => tokens,
  saveTokens: (saved) => void (tokens = saved),
  codeVerifier: () => verifier,
  saveCodeVerifier: (saved) => void (verifier = saved),
  discoveryState: () => discovery,
  saveDiscoveryState: (saved) => void (discovery = saved),
  async redirectToAuthorization(url) {
    callback = await browser.authorize(url, { username: 'alice', password: 'wonderland' })
  },
}
const connect = (): StreamableHTTPClientTransport =>
  new StreamableHTTPClientTransport(new URL(resource), {
    authProvider,
    // The server under test needs no socket.
    fetch: (url, init) =>
      new URL(url).origin === new URL(resource).origin
        ? notes(new Request(url, init))
        : fetch(url, init),
  })

const client = new Client({ name: 'sign-in', version: '1.0.0' })
const first = connect()
await client.connect(first).catch(() => first.finishAuth(callback.searchParams))
await client.connect(connect())
const { content } = await client.callTool({ name: 'find_notes', arguments: { text: 'milk' } })
console.log(content)
await client.close()
await server.close()
