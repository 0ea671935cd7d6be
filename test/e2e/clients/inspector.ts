import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import { createScriptedBrowser, type SignIn } from 'mcp-gatehouse/testing'
import { vi } from 'vitest'
import { freePort } from '../../contract/free-port.ts'
import { textOf } from './connected-client.ts'

const packageJson = createRequire(import.meta.url).resolve(
  '@modelcontextprotocol/inspector/package.json',
)
const LAUNCHER = join(dirname(packageJson), 'clients/launcher/build/index.js')
const PROMPT = 'Please navigate to: '

/** Where it listens for the answer, on any port. */
export const INSPECTOR_REDIRECT_URI = 'http://127.0.0.1/oauth/callback'

/**
 * Calls a tool with the Inspector's command line, which signs in where it is told to: it prints a
 * URL, and the scripted browser opens that.
 *
 * @param options Such as those that name a client which is known beforehand.
 * @returns The text of the tool's result.
 */
export async function callWithInspector(
  serverUrl: string,
  signIn: SignIn,
  { tool, options = [] }: { readonly tool: string; readonly options?: readonly string[] },
): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'inspector-'))
  const redirectUri = Object.assign(new URL(INSPECTOR_REDIRECT_URI), {
    port: String(await freePort()),
  })
  const settings = {
    '--server-url': serverUrl,
    '--transport': 'http',
    '--callback-url': redirectUri.href,
    '--format': 'json',
    '--method': 'tools/call',
    '--tool-name': tool,
  }
  const child = spawn(
    process.execPath,
    [LAUNCHER, '--cli', ...Object.entries(settings).flat(), ...options],
    { env: environment(directory), stdio: ['ignore', 'pipe', 'pipe'], timeout: 50_000 },
  )
  const exited = once(child, 'exit')
  const printed = text(child.stdout)
  try {
    const said: string[] = []
    for await (const line of createInterface({ input: child.stderr })) {
      said.push(line)
      if (line.startsWith(PROMPT)) await visit(line.slice(PROMPT.length), signIn)
    }
    const [code] = await exited
    if (code !== 0) throw new Error(`the Inspector ended with ${code}:\n${said.join('\n')}`)
    const { result } = JSON.parse(await printed) as { readonly result: unknown }
    return textOf(result)
  } finally {
    child.kill()
    await exited
    await rm(directory, { recursive: true, force: true })
  }
}

/** It keeps what it is given in a folder of its own, and finds no browser. */
function environment(directory: string): NodeJS.ProcessEnv {
  return {
    HOME: directory,
    PATH: directory,
    MCP_STORAGE_DIR: directory,
    MCP_INSPECTOR_SECRET_STORE: 'memory',
    // It asks for a terminal otherwise, since somebody has to be there who signs in.
    MCP_AUTO_OPEN_ENABLED: 'true',
    BROWSER: 'true',
  }
}

async function visit(authorizationUrl: string, signIn: SignIn): Promise<void> {
  const callback = await createScriptedBrowser().authorize(authorizationUrl, signIn)
  await vi.waitFor(() => fetch(callback), { timeout: 30_000 })
}
