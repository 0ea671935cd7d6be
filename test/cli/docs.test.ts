import { readFile, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { createAuditLog } from 'mcp-gatehouse/audit'
import { createTokenIssuer } from 'mcp-gatehouse/testing'
import { expect, onTestFinished, test } from 'vitest'
import { START_SECONDS } from '../security/support/test-clock.ts'
import { makeFolder, runHere, type Surroundings } from './support.ts'

const PAGE = resolve(import.meta.dirname, '../../docs/keys.md')
const PROMPT = '$ npx mcp-gatehouse '
const FOLDER = '/srv/notes'
const SECONDS_PER_DAY = 86_400

const withoutKids = (text: string): string => text.replaceAll(/[\w-]{43}(?= )/g, '<kid>')

test('docs/keys.md shows what the commands print, each a day after the one before', async () => {
  const page = await readFile(PAGE, 'utf8')
  const blocks = [...page.matchAll(/^```console\n(.*?)^```$/gms)].map(([, block = '']) => block)
  expect(blocks.length).toBeGreaterThan(4)
  const folder = await makeFolder()
  const printed: string[] = []
  for (const [day, block] of blocks.entries()) {
    const [command = ''] = block.split('\n')
    const argv = command.slice(PROMPT.length).split(' ')
    const { code, stdout } = await runHere(folder, argv, {
      now: START_SECONDS + day * SECONDS_PER_DAY,
    })
    expect([command, code]).toEqual([expect.stringMatching(/^\$ npx mcp-gatehouse keys /), 0])
    printed.push(`${command}\n${stdout.replaceAll(folder, FOLDER)}`)
  }
  expect(blocks.map(withoutKids)).toEqual(printed.map(withoutKids))
})

test('docs/keys.md names every command', async () => {
  const page = await readFile(PAGE, 'utf8')
  const { stdout } = await runHere(join('/nowhere'), ['--help'])
  const names = [...stdout.matchAll(/^ {2}(keys \w+) /gm)].map(([, name = '']) => name)
  expect(names.length).toBe(6)
  expect(names.filter((name) => !page.includes(`mcp-gatehouse ${name}`))).toEqual([])
})

test('docs/api-keys.md shows what the commands print', async () => {
  const page = await readFile(resolve(PAGE, '../api-keys.md'), 'utf8')
  const folder = await makeFolder()
  const env = { STORAGE_ENCRYPTION_KEY_PATH: join(folder, '.keys/storage.json') }
  // The page is for the folder of the server, where this process does not stand.
  const run = (line: string, surroundings: Surroundings = {}) =>
    runHere(
      folder,
      line
        .replace('sqlite:./', `sqlite:${folder}/`)
        .replace(/^.*npx mcp-gatehouse /, '')
        .split(' '),
      surroundings,
    )
  const [makeKeys = '', issue = ''] = page.match(/^npx mcp-gatehouse .*$/gm) ?? []
  expect((await run(makeKeys)).code).toBe(0)
  const issued = await run(issue, { env })
  const [, example = ''] = /^```text\n(.*?)^```$/ms.exec(page) ?? []
  const withoutId = (text: string): string => text.replaceAll(/[0-9a-f]{32}/g, '<id>')
  expect(withoutId(example)).toBe(withoutId(issued.stderr))
  const [keyId = ''] = /[0-9a-f]{32}/.exec(issued.stderr) ?? []
  const blocks = [...page.matchAll(/^```console\n(.*?)^```$/gms)].map(([, block = '']) => block)
  expect(blocks.length).toBe(2)
  for (const block of blocks) {
    const [command = '', ...output] = block.split('\n')
    const { stdout } = await run(command.replace(/[0-9a-f]{32}/, keyId), { env })
    expect(withoutId(output.join('\n'))).toBe(withoutId(stdout))
  }
})

test('docs/api-keys.md names every command', async () => {
  const page = await readFile(resolve(PAGE, '../api-keys.md'), 'utf8')
  const { stdout } = await runHere('/nowhere', ['api-keys', '--help'])
  const names = [...stdout.matchAll(/^ {2}(api-keys \w+) /gm)].map(([, name = '']) => name)
  expect(names.length).toBe(3)
  expect(names.filter((name) => !page.includes(`mcp-gatehouse ${name}`))).toEqual([])
})

test('docs/cli.md names every command that it is about, and shows what one prints', async () => {
  const page = await readFile(resolve(PAGE, '../cli.md'), 'utf8')
  for (const name of ['provider check', 'token inspect']) {
    expect(page).toContain(`npx mcp-gatehouse ${name}`)
  }
  const issuer = await createTokenIssuer()
  onTestFinished(() => issuer.close())
  const folder = await makeFolder()
  const options = {
    resource: 'https://mcp.example.com/mcp',
    authorizationServers: [issuer.issuer],
    allowInsecureLoopback: true,
  }
  await writeFile(join(folder, 'config.mjs'), `export default ${JSON.stringify(options)}\n`)
  const stdin = await issuer.mint({ aud: 'api://notes' })
  const { stdout } = await runHere(folder, ['token', 'inspect', '--config', 'config.mjs'], {
    stdin,
  })
  const [, example = ''] = /^```text\n(.*?)^```$/ms.exec(page) ?? []
  expect(example.length).toBeGreaterThan(100)
  expect(stdout.startsWith(example)).toBe(true)
})

test('docs/audit.md shows what the command prints for a line that was changed', async () => {
  const page = await readFile(resolve(PAGE, '../audit.md'), 'utf8')
  const folder = await makeFolder()
  const key = 'Zm9yIHRlc3RzIGFsb25lLCA0MyBjaGFyYWN0ZXJzIG9mIGl0'
  const file = join(folder, 'audit.jsonl')
  const audit = await createAuditLog({ key, file })
  for (const name of ['first', 'second', 'third']) {
    await audit.write({ type: 'config.warning', at: START_SECONDS, message: name })
  }
  await audit.close()
  await writeFile(join(folder, 'audit.key'), `${key}\n`)
  const [, block = ''] = /^```console\n(.*?)^```$/ms.exec(page) ?? []
  const [command = '', ...output] = block.split('\n')
  const argv = command.slice(PROMPT.length).split(' ')
  expect(await runHere(folder, argv)).toEqual({
    code: 0,
    stdout: 'Lines 1 to 4: as they were written.\n',
    stderr: '',
  })
  const lines = await readFile(file, 'utf8')
  await writeFile(file, lines.replace('second', 'sekond'))
  const { code, stdout } = await runHere(folder, argv)
  expect([code, stdout.replaceAll(`${folder}/`, '')]).toEqual([1, output.join('\n')])
})
