import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { Client } from '@modelcontextprotocol/client'
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'
import { createScriptedBrowser } from 'mcp-gatehouse/testing'
import { expect } from 'vitest'
import { type ConnectClient, textOf } from './connected-client.ts'

const PROXY = fileURLToPath(import.meta.resolve('mcp-remote/dist/proxy.js'))

/**
 * `mcp-remote` as a child process, as a desktop host would run it. It finds no program that could
 * open a browser, so it prints the URL, and the scripted browser opens that.
 */
export const connectMcpRemote: ConnectClient = async (serverUrl, signIn) => {
  const directory = await mkdtemp(join(tmpdir(), 'mcp-remote-'))
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: [PROXY, serverUrl, '--host', '127.0.0.1', '--transport', 'http-only'],
    env: { MCP_REMOTE_CONFIG_DIR: directory, HOME: directory, PATH: directory },
    stderr: 'pipe',
  })
  const client = new Client({ name: 'host-of-mcp-remote', version: '1.0.0' })
  const connected = client.connect(transport)
  const close = async (): Promise<void> => {
    await client.close()
    await rm(directory, { recursive: true, force: true })
  }
  try {
    const authorizationUrl = await printedUrl(transport.stderr)
    const callback = await createScriptedBrowser().authorize(authorizationUrl, signIn)
    expect((await fetch(callback)).status).toBe(200)
    await connected
  } catch (error) {
    await close()
    throw error
  }
  return {
    protocolVersion: client.getNegotiatedProtocolVersion(),
    callTool: async (name, args = {}) => textOf(await client.callTool({ name, arguments: args })),
    close,
  }
}

/** The URL on the line after the one that asks the user to visit it. */
async function printedUrl(stderr: unknown): Promise<URL> {
  let asked = false
  const lines: string[] = []
  for await (const line of createInterface({ input: stderr as Readable })) {
    lines.push(line)
    if (asked && URL.canParse(line)) return new URL(line)
    asked ||= line.includes('Please authorize this client by visiting')
  }
  throw new Error(`mcp-remote ended without asking for a sign-in:\n${lines.join('\n')}`)
}
