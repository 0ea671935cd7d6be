import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { get, type IncomingMessage } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { Client } from '@modelcontextprotocol/client'
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'
import { createScriptedBrowser, type SignIn } from 'mcp-gatehouse/testing'
import { expect, vi } from 'vitest'
import { type ConnectedClient, textOf } from './connected-client.ts'

const PROXY = fileURLToPath(import.meta.resolve('mcp-remote/dist/proxy.js'))

/** A host whose MCP server is `mcp-remote`. */
interface McpRemoteHost extends ConnectedClient {
  /** Waits until it asks its user to visit a URL, and signs in there. Returns the scopes it asks for. */
  signIn(): Promise<string>
}

/**
 * `mcp-remote` as a child process, as a desktop host would run it. It finds no program that could
 * open a browser, so it prints the URL, and the scripted browser opens that.
 *
 * @param further Arguments after the URL, such as its port.
 */
export async function connectMcpRemote(
  serverUrl: string,
  user: SignIn,
  further: readonly string[] = [],
): Promise<McpRemoteHost> {
  const directory = await mkdtemp(join(tmpdir(), 'mcp-remote-'))
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: [PROXY, serverUrl, ...further, '--host', '127.0.0.1', '--transport', 'http-only'],
    env: { MCP_REMOTE_CONFIG_DIR: directory, HOME: directory, PATH: directory },
    stderr: 'pipe',
  })
  const client = new Client({ name: 'host-of-mcp-remote', version: '1.0.0' })
  const connected = client.connect(transport)
  const authorizationUrls = printedUrls(transport.stderr)
  const browser = createScriptedBrowser()
  const signIn = async (): Promise<string> => {
    const { value: authorizationUrl, done } = await authorizationUrls.next()
    if (done === true) throw new Error(`mcp-remote ended:\n${authorizationUrl.join('\n')}`)
    const callback = await browser.authorize(authorizationUrl, user)
    // It listens a moment after it has printed the URL, which no human would notice.
    expect(await vi.waitFor(() => statusOf(callback), { timeout: 30_000 })).toBe(200)
    return authorizationUrl.searchParams.get('scope') ?? ''
  }
  const close = async (): Promise<void> => {
    await client.close()
    await rm(directory, { recursive: true, force: true })
  }
  try {
    await signIn()
    await connected
  } catch (error) {
    await close()
    throw error
  }
  return {
    protocolVersion: client.getNegotiatedProtocolVersion(),
    callTool: async (name, args = {}) => textOf(await client.callTool({ name, arguments: args })),
    signIn,
    close,
  }
}

/** Its port is by chance, and may be one of those that `fetch` does not talk to ("bad port"). */
async function statusOf(url: URL): Promise<number | undefined> {
  const [answer] = (await once(get(url), 'response')) as [IncomingMessage]
  answer.resume()
  return answer.statusCode
}

/** The URLs on the lines after those that ask the user to visit one; at the end everything printed. */
async function* printedUrls(stderr: unknown): AsyncGenerator<URL, readonly string[]> {
  let asked = false
  const lines: string[] = []
  for await (const line of createInterface({ input: stderr as Readable })) {
    lines.push(line)
    if (asked && URL.canParse(line)) {
      asked = false
      yield new URL(line)
    }
    asked ||= line.includes('Please authorize this client by visiting')
  }
  return lines
}
