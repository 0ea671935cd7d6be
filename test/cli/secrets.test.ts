import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { makeFolder, type Run, readKeySet, runHere, secretsOf } from './support.ts'

const KEY = 'q3Hk0mX9Zr7T-uWb_2LfEwPaYd5sGc1nVoJi8RtQ4Kx'
const SECRETS: readonly (readonly [kind: string, secret: string])[] = [
  ['base64url', KEY],
  ['base64', `${KEY.replace('-', '+')}=`],
  ['hex', 'a1b2c3d4'.repeat(8)],
  ['JWK', '{"kty":"oct","k":"AAAA"}'],
  ['JWKS', '{ "keys": [] }'],
  ['PEM', '-----BEGIN PRIVATE KEY-----'],
  ['token', 'eyJhbGciOiJFUzI1NiJ9.e30.c2ln'],
  ['URL with a password', 'redis://:hunter2@db:6379'],
  ['URL with a user and a password', 'postgres://me:hunter2@db/x'],
]

describe('SEC-388 a secret among the arguments is refused, and not repeated', () => {
  test.each(SECRETS)('%s', async (_kind, secret) => {
    const folder = await makeFolder()
    for (const argv of [
      ['keys', 'list', '--file', secret],
      ['keys', 'list', `--file=${secret}`],
      ['keys', 'list', `--key=${secret}`],
      ['keys', 'storage', '--key', secret, '--json'],
      ['keys', 'storage', secret],
      ['keys', secret],
      [secret, '--help'],
      ['token', 'inspect', secret],
      ['token', 'inspect', '--token', secret],
    ]) {
      const { code, stdout, stderr } = await runHere(folder, argv)
      expect([code, stderr]).toEqual([2, expect.stringContaining('looks like a secret')])
      expect(`${stdout}${stderr}`).not.toContain(secret)
      expect(`${stdout}${stderr}`).not.toContain('hunter2')
    }
  })

  test.each([
    '/home/alice/projects/mcp-gatehouse/keys.json',
    '/Users/Alice/Documents/Work/2026/gatehouse/K',
    './q3Hk0mX9Zr7T-uWb_2LfEwPaYd5sGc1nVoJi8RtQ4',
    'sqlite:./gatehouse.db',
    'https://example.com/a:b@c',
  ])('%s is none', async (argument) => {
    const { stderr } = await runHere('/nowhere', ['keys', 'list', '--file', argument])
    expect(stderr).not.toContain('looks like a secret')
  })

  test('unknown words and values of unknown options are not repeated either', async () => {
    for (const argv of [
      ['hunter2'],
      ['keys', 'hunter2'],
      ['keys', 'list', 'hunter2'],
      ['keys', 'list', '--password=hunter2'],
      ['keys', 'list', '--password', 'hunter2'],
      ['keys', 'k8s', '--use', 'hunter2'],
      ['keys', 'k8s', '--use', 'state', '--namespace', 'hunter2!'],
    ]) {
      const { code, stdout, stderr } = await runHere('/nowhere', argv)
      expect([code, `${stdout}${stderr}`.includes('hunter2')]).toEqual([2, false])
    }
  })
})

describe('SEC-388 no command prints a secret', () => {
  test.each([
    ['signing', 'ES256'],
    ['encryption', 'RSA-OAEP-256'],
    ['storage', undefined],
  ])('of %s keys', async (use, alg) => {
    const folder = await makeFolder()
    const said: Run[] = []
    const secrets = new Set<string>()
    const run = async (...argv: readonly string[]): Promise<void> => {
      for (const more of [[], ['--json']]) {
        for (const isTerminal of [true, false]) {
          const terminal = { stdin: isTerminal, stdout: isTerminal }
          const name = `${said.length}.json`
          const line = [...argv.map((word) => word.replace('NEW', name)), ...more]
          said.push(await runHere(folder, line, { isTerminal: terminal, stdin: 'no\n' }))
          const stored = await readKeySet(join(folder, 'keys.json'))
          for (const secret of secretsOf(stored)) secrets.add(secret)
        }
      }
    }
    const algOption = alg === undefined ? [] : ['--alg', alg]
    said.push(
      await runHere(folder, ['keys', 'generate', '--use', use, ...algOption, '--out', 'keys.json']),
    )
    await run('keys', 'list', '--file', 'keys.json')
    await run('keys', 'rotate', '--file', 'keys.json', '--overlap', '1')
    await run('keys', 'generate', '--use', use, '--out', 'keys.json')
    await run('keys', 'k8s', '--file', 'keys.json', '--out', 'NEW')
    await run('keys', 'clean', '--file', 'keys.json')
    const piped = await runHere(folder, ['keys', 'k8s', '--file', 'keys.json'])
    said.push({ ...piped, stdout: '' })
    said.push(await runHere(folder, ['keys', 'clean', '--file', 'keys.json', '--yes']))
    expect(secrets.size).toBeGreaterThan(1)
    const everything = said.map(({ stdout, stderr }) => `${stdout}${stderr}`).join('\n')
    expect([...secrets].filter((secret) => everything.includes(secret))).toEqual([])
    expect(everything).not.toMatch(/"(?:d|p|q|dp|dq|qi|k)"\s*:/)
    expect(said.filter(({ code }) => code === 0).length).toBeGreaterThan(10)
  })

  test('not where a key file is damaged, and the parser would quote it', async () => {
    const folder = await makeFolder()
    await runHere(folder, ['keys', 'generate', '--use', 'state', '--out', 'keys.json'])
    const text = await readFile(join(folder, 'keys.json'), 'utf8')
    const [secret = ''] = secretsOf(await readKeySet(join(folder, 'keys.json')))
    for (const damaged of [
      secret,
      text.slice(0, -9),
      text.replace('"ring"', '"ring'),
      text.replace(secret, secret.slice(0, 20)),
    ]) {
      await writeFile(join(folder, 'keys.json'), damaged)
      for (const argv of [['list'], ['rotate'], ['k8s']]) {
        const fromFile = await runHere(folder, ['keys', ...argv, '--file', 'keys.json', '--json'])
        const fromStdin = await runHere(folder, ['keys', 'list', '--file', '-', '--use', 'state'], {
          stdin: damaged,
        })
        for (const { code, stdout, stderr } of [fromFile, fromStdin]) {
          expect([code, `${stdout}${stderr}`.includes(secret.slice(0, 10))]).toEqual([1, false])
        }
      }
    }
  })

  test('not on a terminal as a manifest, which goes into a pipe or a file', async () => {
    const folder = await makeFolder()
    const argv = ['keys', 'k8s', '--use', 'state']
    const { code, stdout, stderr } = await runHere(folder, argv, { isTerminal: { stdout: true } })
    expect([code, stdout]).toEqual([1, ''])
    expect(stderr).toBe(
      'mcp-gatehouse: A Secret is not printed on a terminal. Append ' +
        '`| kubectl apply --server-side -f -`, or use --out <file>.\n',
    )
  })
})
