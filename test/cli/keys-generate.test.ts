import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import {
  createKeyRing,
  generateKey,
  keysFromEnvironment,
  keysFromFile,
} from '../../src/keys/index.ts'
import { START_SECONDS } from '../security/support/test-clock.ts'
import { makeFolder, modeOf, readKeySet, runHere, startProcess } from './support.ts'

const generate = (use: string, ...more: string[]) => ['keys', 'generate', '--use', use, ...more]

describe('new keys', () => {
  test.each([
    ['signing', [], 'ES256', 'sig'],
    ['signing', ['--alg', 'EdDSA'], 'EdDSA', 'sig'],
    ['encryption', ['--alg', 'ECDH-ES+A256KW'], 'ECDH-ES+A256KW', 'enc'],
  ])('for %s %j are a ring of two, beside their public keys', async (use, more, alg, mark) => {
    const folder = await makeFolder()
    const { code, stdout, stderr } = await runHere(folder, [...generate(use, ...more), '--json'])
    expect([code, stderr]).toEqual([0, ''])
    const file = join(folder, `.keys/${use}.json`)
    const publicFile = join(folder, `.keys/${use}.public.json`)
    const stored = await readKeySet(file)
    expect(stored).toMatchObject([
      { ring: use, use: mark, alg, status: 'current', iat: START_SECONDS },
      { ring: use, use: mark, alg, status: 'next', iat: START_SECONDS },
    ])
    const published = await readKeySet(publicFile)
    expect(published.map(({ kid }) => kid)).toEqual(stored.map(({ kid }) => kid))
    for (const key of published) {
      expect(
        Object.keys(key).filter(
          (member) => !['kty', 'crv', 'x', 'y', 'kid', 'use', 'alg'].includes(member),
        ),
      ).toEqual([])
    }
    expect(JSON.parse(stdout)).toEqual({
      use,
      alg,
      keys: stored.map(({ kid, status }) => ({ kid, status })),
      privateFile: file,
      publicFile,
      environment: use === 'encryption' ? { MCP_KEY_FILE_PATH: file } : {},
      gitignore: '/.keys/',
    })
    const ring = await createKeyRing({ use: use as 'signing', source: keysFromFile(file) })
    expect((await ring.current()).kid).toBe(stored[0]?.kid)
  })

  test.each(['storage', 'cookies', 'state'])('for %s have no public file', async (use) => {
    const folder = await makeFolder()
    expect((await runHere(folder, generate(use))).code).toBe(0)
    expect(await readdir(join(folder, '.keys'))).toEqual([`${use}.json`])
  })

  test('are told about as what to do next', async () => {
    const folder = await makeFolder()
    const { stdout } = await runHere(folder, generate('encryption', '--alg', 'ECDH-ES+A256KW'))
    expect(stdout).toBe(`New encryption keys (ECDH-ES+A256KW)
  private  .keys/encryption.json         0600, a secret
  public   .keys/encryption.public.json  0644, to publish

Keep it out of Git, in .gitignore:
  /.keys/

Use them:
  MCP_KEY_FILE_PATH=${folder}/.keys/encryption.json
`)
    const outside = await makeFolder()
    const elsewhere = await runHere(folder, generate('state', '--out', join(outside, 'state.json')))
    expect(elsewhere.stdout).not.toContain('Git')
    const named = await runHere(folder, generate('state', '--out', 'x/state.json'))
    expect(named.stdout).toContain('\n  /x/state.json\n')
  })

  test('have the algorithms that the key rings know, and no others', async () => {
    const algorithms = ['ES256', 'RS256', 'EdDSA', 'RSA-OAEP-256', 'ECDH-ES+A256KW'] as const
    const folder = await makeFolder()
    for (const use of ['signing', 'encryption', 'storage', 'cookies', 'state'] as const) {
      for (const alg of algorithms) {
        const isKnown = await generateKey({ use, alg }).then(Boolean, () => false)
        const argv = generate(use, '--alg', alg, '--out', `${use}-${alg}.json`)
        expect([use, alg, (await runHere(folder, argv)).code]).toEqual([use, alg, isKnown ? 0 : 2])
      }
    }
  })
})

describe('nothing is overwritten', () => {
  test('neither keys nor anything else, and the remedy is to rotate', async () => {
    const folder = await makeFolder()
    await runHere(folder, generate('signing'))
    const file = join(folder, '.keys/signing.json')
    const before = await readFile(file, 'utf8')
    const again = await runHere(folder, generate('signing'))
    expect([again.code, again.stdout]).toEqual([1, ''])
    expect(again.stderr).toBe(
      'mcp-gatehouse: .keys/signing.json exists, and is not overwritten. Its keys may be in use: ' +
        '`mcp-gatehouse keys rotate --file .keys/signing.json` replaces them step by step. ' +
        'For other keys, choose another --out.\n',
    )
    expect(await readFile(file, 'utf8')).toBe(before)
    await writeFile(join(folder, 'a.public.json'), 'mine')
    const orphan = await runHere(folder, generate('signing', '--out', 'a.json'))
    expect([orphan.code, orphan.stderr]).toEqual([
      1,
      expect.stringContaining('a.public.json exists'),
    ])
    expect(await readFile(join(folder, 'a.public.json'), 'utf8')).toBe('mine')
  })

  test('not through a symbolic link that leads nowhere yet', async () => {
    const folder = await makeFolder()
    await symlink(join(folder, 'elsewhere.json'), join(folder, 'keys.json'))
    expect((await runHere(folder, generate('state', '--out', 'keys.json'))).code).toBe(1)
    expect(await readdir(folder)).toEqual(['keys.json'])
  })

  test('private keys without public ones do not stay', async () => {
    const folder = await makeFolder()
    // Too long with the temporary file's suffix, and not without.
    const name = `${'k'.repeat(225)}.json`
    const { code, stderr } = await runHere(folder, generate('signing', '--out', name))
    expect([code, stderr]).toEqual([1, expect.stringContaining('the path is too long')])
    expect(await readdir(folder)).toEqual([])
  })
})

describe('a failure of the file system says what to do', () => {
  test.each([
    ['there/x/keys.json', 'a part of the path is no folder. Check the path.'],
    ['there/keys.json', 'something of that name is in the way. Check the path.'],
  ])('%s', async (out, reason) => {
    const folder = await makeFolder()
    await writeFile(join(folder, 'there'), '')
    const { code, stderr } = await runHere(folder, generate('state', '--out', out))
    expect(code).toBe(1)
    expect(stderr).toMatch(new RegExp(`there(?:/x)?: ${reason}\\n$`))
  })

  test('keys list of a folder', async () => {
    const folder = await makeFolder()
    await mkdir(join(folder, 'keys'))
    const { code, stderr } = await runHere(folder, ['keys', 'list', '--file', 'keys'])
    expect([code, stderr]).toEqual([1, expect.stringContaining('(not a file)')])
  })
})

describe('as a process', () => {
  test.each(['000', '077', '277'])('modes are the same under umask %s', async (umask) => {
    const folder = await makeFolder()
    const argv = generate('signing', '--out', 'new/folder/keys.json')
    const { code, stderr } = await startProcess(folder, argv, umask).ended
    expect([code, stderr]).toEqual([0, ''])
    expect(await modeOf(join(folder, 'new/folder/keys.json'))).toBe('600')
    expect(await modeOf(join(folder, 'new/folder/keys.public.json'))).toBe('644')
    if (umask === '277') return
    expect([await modeOf(join(folder, 'new')), await modeOf(join(folder, 'new/folder'))]).toEqual([
      '700',
      '700',
    ])
  })

  test('of two that make the same file at once, one wins and its keys stay', async () => {
    const folder = await makeFolder()
    const argv = [...generate('signing'), '--json']
    const runs = await Promise.all([0, 1, 2].map(() => startProcess(folder, argv).ended))
    expect(runs.map(({ code }) => String(code)).toSorted()).toEqual(['0', '1', '1'])
    const winner = JSON.parse(runs.find(({ code }) => code === 0)?.stdout ?? '')
    const kids = winner.keys.map(({ kid }: { kid: string }) => kid)
    for (const file of [winner.privateFile, winner.publicFile]) {
      expect((await readKeySet(file)).map(({ kid }) => kid)).toEqual(kids)
    }
    expect(await readdir(join(folder, '.keys'))).toEqual(['signing.json', 'signing.public.json'])
  })
})

describe('a storage key', () => {
  test('goes into a key file', async () => {
    const folder = await makeFolder()
    const { code, stdout } = await runHere(folder, ['keys', 'storage'])
    expect([code, stdout]).toEqual([
      0,
      expect.stringContaining(`STORAGE_ENCRYPTION_KEY_PATH=${folder}/.keys/storage.json`),
    ])
    expect(await readKeySet(join(folder, '.keys/storage.json'))).toMatchObject([
      { ring: 'storage', kty: 'oct' },
      { ring: 'storage', kty: 'oct' },
    ])
  })

  test('or into a file with the variable that a ring reads, and not on a terminal', async () => {
    const folder = await makeFolder()
    const isTerminal = { stdin: true, stdout: true }
    const argv = ['keys', 'storage', '--format', 'env', '--json']
    const { code, stdout } = await runHere(folder, argv, { isTerminal })
    expect(code).toBe(0)
    const file = join(folder, '.keys/storage.env')
    const line = await readFile(file, 'utf8')
    const [, key = ''] = /^STORAGE_ENCRYPTION_KEY=([\w-]{43})\n$/.exec(line) ?? []
    expect(await modeOf(file)).toBe('600')
    const source = keysFromEnvironment('KEY', { KEY: key })
    const ring = await createKeyRing({ use: 'storage', source })
    expect(JSON.parse(stdout).keys).toEqual([
      { kid: (await ring.current()).kid, status: 'current' },
    ])
    expect(stdout).not.toContain(key)
    const again = await runHere(folder, argv)
    expect([again.code, await readFile(file, 'utf8')]).toEqual([1, line])
    expect(again.stderr).toContain('What is stored may need it.')
  })
})
