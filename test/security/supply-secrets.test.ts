import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { globSync, readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { text } from 'node:stream/consumers'
import { inspect } from 'node:util'
import { createKeyRing, generateKey, keysFromFunction } from 'mcp-gatehouse/keys'
import { describe, expect, test } from 'vitest'
import { browserEnvironment } from '../../src/cli/open-url.ts'
import { makeFolder, readKeySet, runHere, secretsOf } from '../cli/support.ts'

const ROOT = resolve(import.meta.dirname, '../..')
const PASSWORD = 'correct-horse-battery'
const STORAGE_URL = `postgres://gatehouse:${PASSWORD}@127.0.0.1:1/a`

// What the arguments of the commands are asked for, and what they print, is in test/cli/secrets.test.ts.
describe('SEC-388 a key that is read from standard input', () => {
  test.skipIf(process.platform !== 'linux')(
    'is in no argument, variable or child of the process, and in nothing that it prints',
    { timeout: 120_000 },
    async () => {
      const keys = JSON.stringify({ keys: [await generateKey({ use: 'storage' })] })
      const [secret = ''] = secretsOf((JSON.parse(keys) as { keys: [] }).keys)
      const main = join(ROOT, 'src/cli/main.ts')
      const argv = ['keys', 'list', '--file', '-', '--json']
      const child = spawn(process.execPath, [main, ...argv], { stdio: 'pipe' })
      const ended = Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')])
      child.stdin.write(keys.slice(0, -1))
      const seen: string[] = []
      // It waits for the rest, so that it is there to be looked at.
      for (const file of ['cmdline', 'environ', 'comm']) {
        seen.push(await readFile(`/proc/${child.pid}/${file}`, 'utf8'))
      }
      const children = await readFile(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8')
      child.stdin.end(keys.slice(-1))
      const [stdout, stderr, [code]] = await ended
      expect([code, stderr, children]).toEqual([0, '', ''])
      expect(stdout).toContain('"status": "current"')
      expect(secret.length).toBeGreaterThan(40)
      expect([...seen, stdout].filter((shown) => shown.includes(secret))).toEqual([])
      expect(seen[0]).toContain('keys\0list\0--file\0-\0')
    },
  )
})

describe('SEC-388 what stands in the environment', () => {
  const env = {
    STORAGE_URL,
    GATEHOUSE_STORAGE_KEY: 'q3Hk0mX9Zr7T-uWb_2LfEwPaYd5sGc1nVoJi8RtQ4Kx',
    NODE_DEBUG: '*',
    DEBUG: '*',
  }

  test('is never printed, whichever command runs and fails', { timeout: 60_000 }, async () => {
    const folder = await makeFolder()
    const made = await runHere(
      folder,
      ['keys', 'generate', '--use', 'storage', '--out', 'k.json'],
      {
        env,
      },
    )
    expect(made.code).toBe(0)
    const secrets = secretsOf(await readKeySet(join(folder, 'k.json')))
    const outputs = [made]
    for (const argv of [
      ['--help'],
      ['--version'],
      ['keys', 'list', '--file', 'k.json'],
      ['keys', 'list', '--file', 'gone.json'],
      ['keys', 'rotate', '--file', 'k.json', '--storage', 'env:STORAGE_URL'],
      ['keys', 'rotate', '--file', 'k.json', '--storage', 'env:UNSET'],
      ['keys', 'storage', '--format', 'env'],
      ['keys', 'k8s', '--file', 'k.json', '--out', 'secret.yaml'],
      ['unknown'],
    ]) {
      for (const more of [[], ['--json']]) {
        outputs.push(await runHere(folder, [...argv, ...more], { env }))
      }
    }
    const printed = outputs.map(({ stdout, stderr }) => stdout + stderr).join('\n')
    expect(outputs.map(({ code }) => code)).toContain(1)
    const all = [PASSWORD, env.GATEHOUSE_STORAGE_KEY, ...secrets]
    expect(all.filter((secret) => printed.includes(secret))).toEqual([])
    const file = await readFile(join(folder, '.keys/storage.env'), 'utf8')
    const [, written = ''] = /=(.*)/.exec(file) ?? []
    expect([written.length > 40, printed.includes(written)]).toEqual([true, false])
  })

  test('is handed to no other process: the commands start none but a browser, without it', () => {
    const commands = globSync('src/{cli,keys,storage}/**/*.ts', { cwd: ROOT })
    expect(commands.length).toBeGreaterThan(40)
    const starting = commands.filter((file) =>
      /child_process|worker_threads|process\.title/.test(codeOf(file)),
    )
    expect(starting).toEqual(['src/cli/open-url.ts'])
    expect(browserEnvironment({ ...env, DISPLAY: ':0' })).toEqual({ DISPLAY: ':0' })
  })

  test('is read where it is asked for by its name, and by nothing else', () => {
    const reads = globSync('src/**/*.ts', { cwd: ROOT })
      .filter((file) => /process\??\.env\b/.test(codeOf(file)))
      .toSorted()
    expect(reads).toEqual([
      // The text of a server that is to read it.
      'src/cli/init/server-text.ts',
      'src/cli/main.ts',
      // What a process on stdio inherits, by the names that the options list.
      'src/gateway/stdio/environment.ts',
      'src/keys/keys-from-environment.ts',
      'src/keys/rings-from-environment.ts',
      'src/outbound/guarded-fetch.ts',
      'src/resource-server/options/from-environment.ts',
    ])
  })
})

/** Without comments. */
function codeOf(file: string): string {
  return readFileSync(join(ROOT, file), 'utf8').replaceAll(/\/\*.*?\*\//gs, '')
}

test('SEC-388 a new key is secret only in the value that is to be written', async () => {
  for (const use of ['signing', 'encryption', 'storage', 'cookies', 'state'] as const) {
    const alg = use === 'encryption' ? 'ECDH-ES+A256KW' : undefined
    const keys = [await generateKey({ use, alg })]
    const source = keysFromFunction(() => ({ keys }))
    const ring = await createKeyRing({ use, source })
    const shown = [ring, source, await ring.current(), await ring.all()].map((value) =>
      [inspect(value, { depth: 9, showHidden: true, getters: true }), JSON.stringify(value)].join(),
    )
    const secrets = secretsOf(keys as unknown as Parameters<typeof secretsOf>[0])
    expect(secrets.length).toBeGreaterThan(0)
    expect(secrets.filter((secret) => shown.join().includes(secret))).toEqual([])
  }
})
