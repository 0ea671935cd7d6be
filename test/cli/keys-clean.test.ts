import { readdir, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeEach, describe, expect, test } from 'vitest'
import { makeFolder, runHere } from './support.ts'

const CLEAN = ['keys', 'clean', '--file', 'keys.json']
const FILES = ['keys.json', 'keys.public.json']
const terminal = { isTerminal: { stdin: true } }
let folder = ''

beforeEach(async () => {
  folder = await makeFolder()
  await runHere(folder, ['keys', 'generate', '--use', 'signing', '--out', 'keys.json'])
})

describe('consent', () => {
  test.each(['y\n', 'y\nn\n', 'yes\n', ' Y \n', 'YES\r\n'])('is %j', async (stdin) => {
    const { code, stderr } = await runHere(folder, CLEAN, { ...terminal, stdin })
    expect([code, stderr]).toEqual([0, 'Delete keys.public.json, keys.json? [y/N] '])
    expect(await readdir(folder)).toEqual([])
  })

  test.each(['\n', 'n\n', 'no\n', 'yeah\n', 'n\ny\n', '', 'y'.repeat(500)])(
    'is not %j',
    async (stdin) => {
      const { code, stdout, stderr } = await runHere(folder, CLEAN, { ...terminal, stdin })
      expect([code, stdout]).toEqual([1, ''])
      expect(stderr).toContain('Nothing was deleted.')
      expect(await readdir(folder)).toEqual(FILES)
    },
  )

  test('may come in pieces', async () => {
    const { code } = await runHere(folder, CLEAN, { ...terminal, stdin: ['y', 'e', 's', '\n'] })
    expect(code).toBe(0)
  })

  test('is not asked for where nobody can answer', async () => {
    const { code, stderr } = await runHere(folder, CLEAN, { stdin: 'yes\n' })
    expect([code, stderr]).toEqual([
      2,
      'mcp-gatehouse: Nobody can be asked here whether to delete the keys: add --yes.\n',
    ])
    expect(await readdir(folder)).toEqual(FILES)
  })
})

test('it says what was deleted, and what that does not promise', async () => {
  await writeFile(join(folder, '.keys.json.x.tmp'), '')
  await writeFile(join(folder, '.keys.public.json.x.tmp'), '')
  const { code, stdout } = await runHere(folder, [...CLEAN, '--yes', '--json'])
  const { deleted, advice } = JSON.parse(stdout)
  expect([code, deleted]).toEqual([
    0,
    ['.keys.json.x.tmp', '.keys.public.json.x.tmp', 'keys.public.json', 'keys.json'].map((name) =>
      join(folder, name),
    ),
  ])
  expect(advice).toMatch(/SSDs.*rotate the keys/)
  expect(await readdir(folder)).toEqual([])
  const again = await runHere(folder, [...CLEAN, '--yes'])
  expect([again.code, again.stderr]).toEqual([1, expect.stringContaining('nothing to delete')])
})

test.each([
  ['a text', 'Dear diary'],
  ['other JSON', '{"name":"mcp-gatehouse"}'],
  ['an empty key set', '{"keys":[]}'],
  ['a list of names', '{"keys":["a"]}'],
  ['null among keys', '{"keys":[null]}'],
])('%s is left alone', async (_what, content) => {
  await writeFile(join(folder, 'other'), content)
  const { code, stderr } = await runHere(folder, ['keys', 'clean', '--file', 'other', '--yes'])
  expect([code, stderr]).toEqual([1, expect.stringContaining('is no key file')])
  expect(await readdir(folder)).toContain('other')
})

test('so are a folder, and a symbolic link with what it leads to', async () => {
  await symlink('keys.json', join(folder, 'link.json'))
  const link = await runHere(folder, ['keys', 'clean', '--file', 'link.json', '--yes'])
  expect([link.code, link.stderr]).toEqual([1, expect.stringContaining('is a symbolic link')])
  const parent = await runHere(folder, ['keys', 'clean', '--file', '.', '--yes'])
  expect([parent.code, parent.stderr]).toEqual([1, expect.stringContaining('is no key file')])
  expect((await readdir(folder)).length).toBe(3)
})

test('what an interrupted command has left empty, and a file with the variable, can be deleted', async () => {
  await writeFile(join(folder, 'empty.json'), '')
  await runHere(folder, ['keys', 'storage', '--format', 'env', '--out', 'storage.env'])
  for (const name of ['empty.json', 'storage.env']) {
    expect((await runHere(folder, ['keys', 'clean', '--file', name, '--yes'])).code).toBe(0)
  }
  expect(await readdir(folder)).toEqual(FILES)
})
