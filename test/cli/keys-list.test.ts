import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { expect, test } from 'vitest'
import { START_SECONDS } from '../security/support/test-clock.ts'
import { makeFolder, readKeySet, runHere } from './support.ts'

const LIST = ['keys', 'list', '--file', 'keys.json']

async function start(use: string) {
  const folder = await makeFolder()
  await runHere(folder, ['keys', 'generate', '--use', use, '--out', 'keys.json'])
  return folder
}

test('the keys stand in columns, the current one first', async () => {
  const folder = await start('signing')
  await runHere(folder, ['keys', 'rotate', '--file', 'keys.json'], { now: START_SECONDS + 7_200 })
  const kids = (await readKeySet(join(folder, 'keys.json'))).map(({ kid }) => kid)
  const { code, stdout } = await runHere(folder, LIST, { now: START_SECONDS + 2 * 86_400 })
  expect([code, stdout]).toEqual([
    0,
    `  KID                                          USE      ALG    STATUS    AGE
  ${kids[0]}  signing  ES256  current   2 d
  ${kids[1]}  signing  ES256  next      1 d
  ${kids[2]}  signing  ES256  previous  2 d
`,
  ])
})

test('with --json all is told that is no secret', async () => {
  const folder = await start('state')
  const [first, second] = await readKeySet(join(folder, 'keys.json'))
  const { stdout, stderr } = await runHere(folder, [...LIST, '--json'])
  expect([JSON.parse(stdout), stderr]).toEqual([
    {
      file: join(folder, 'keys.json'),
      use: 'state',
      keys: [
        { kid: first?.kid, use: 'state', status: 'current', iat: START_SECONDS },
        { kid: second?.kid, use: 'state', status: 'next', iat: START_SECONDS },
      ],
    },
    '',
  ])
})

test('colours are for terminals that have some, where nobody objects', async () => {
  const folder = await start('state')
  const terminal = { isTerminal: { stdout: true } }
  const plain = await runHere(folder, LIST)
  const coloured = await runHere(folder, LIST, terminal)
  expect(coloured.stdout).toContain('\u001B[1m')
  expect(stripVTControlCharacters(coloured.stdout)).toBe(plain.stdout)
  for (const env of [{ NO_COLOR: '1' }, { TERM: 'dumb' }]) {
    expect(await runHere(folder, LIST, { ...terminal, env })).toEqual(plain)
  }
})

test('keys of others are shown too, from a file or stdin, and have no age', async () => {
  const folder = await start('encryption')
  const file = join(folder, 'keys.json')
  const [key] = await readKeySet(file)
  const kid = key?.kid
  const foreign = { ...key, ring: undefined, status: undefined, iat: undefined, kid: undefined }
  await writeFile(file, JSON.stringify({ keys: [foreign] }))
  const { code, stdout } = await runHere(folder, LIST)
  expect([code, stdout.split('\n')[1]]).toEqual([
    0,
    `  ${kid}  encryption  RSA-OAEP-256  current  -`,
  ])
  const text = await readFile(file, 'utf8')
  const chunks = { stdin: [text.slice(0, 50), text.slice(50)] }
  const piped = await runHere(folder, ['keys', 'list', '--file', '-'], chunks)
  expect(piped).toEqual({ code: 0, stdout, stderr: '' })
})
