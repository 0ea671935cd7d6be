import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, readdir, symlink } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { text } from 'node:stream/consumers'
import { onTestFinished } from 'vitest'
import { freePort } from '../../contract/free-port.ts'

const ROOT = resolve(import.meta.dirname, '../../..')
const CONDITION = 'mcp-gatehouse-source'

/** What `npm install` would do: the packages of this repository, and this package itself. */
export async function installInto(folder: string): Promise<void> {
  const modules = join(folder, 'node_modules')
  await mkdir(modules)
  for (const name of await readdir(join(ROOT, 'node_modules'))) {
    if (!name.startsWith('.')) await symlink(join(ROOT, 'node_modules', name), join(modules, name))
  }
  await symlink(ROOT, join(modules, 'mcp-gatehouse'))
}

/** The complaints of the compiler, by the tsconfig.json of the project. */
export async function typeCheck(folder: string): Promise<string> {
  const tsc = join(ROOT, 'node_modules/typescript/bin/tsc')
  const argv = [tsc, '-p', folder, '--customConditions', CONDITION]
  const child = spawn(process.execPath, argv, { stdio: ['ignore', 'pipe', 'inherit'] })
  const [said] = await Promise.all([text(child.stdout), once(child, 'exit')])
  return said
}

/** `npm start`, on a port of its own. */
export async function start(
  folder: string,
  env: Readonly<Record<string, string>> = {},
): Promise<string> {
  const port = await freePort()
  const origin = `http://127.0.0.1:${port}`
  const child = spawn(process.execPath, [`--conditions=${CONDITION}`, 'server.ts'], {
    cwd: folder,
    env: { PATH: process.env['PATH'], PUBLIC_URL: origin, PORT: String(port), ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  onTestFinished(async () => {
    child.kill()
    if (child.exitCode === null) await once(child, 'exit')
  })
  await answering(`${origin}/mcp`, child)
  return `${origin}/mcp`
}

async function answering(url: string, child: ChildProcess): Promise<void> {
  const said = child.stderr === null ? '' : text(child.stderr)
  for (;;) {
    if (child.exitCode !== null) throw new Error(await said)
    const response = await fetch(url).catch(() => undefined)
    await response?.body?.cancel()
    if (response !== undefined) return
    await new Promise((wait) => setTimeout(wait, 50))
  }
}
