import { copyFile, readFile, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { startKeycloak } from 'mcp-gatehouse/testing'
import { expect, onTestFinished, test } from 'vitest'
import { checksThat, createUser, examine } from '../cli/doctor/support.ts'
import { installInto, start } from '../cli/init/project.ts'
import { makeFolder, runHere } from '../cli/support.ts'

const ROOT = resolve(import.meta.dirname, '../..')
const PAGE = join(ROOT, 'docs/tutorial.md')
const EXAMPLES = join(ROOT, 'examples/tutorial')
const read = (...path: readonly string[]): Promise<string> => readFile(join(...path), 'utf8')

test('docs/tutorial.md, walked from an empty folder to a tool', { timeout: 120_000 }, async () => {
  const page = await read(PAGE)
  const [, init = ''] = /^npx mcp-gatehouse (init .*)$/m.exec(page) ?? []
  const folder = await makeFolder()
  const made = await runHere(folder, init.split(' '))
  expect([made.code, made.stderr]).toEqual([0, ''])
  const redirectUri = 'http://127.0.0.1:3000/callback/keycloak'
  expect([made.stdout, page]).toEqual([
    expect.stringContaining(redirectUri),
    expect.stringContaining(redirectUri),
  ])
  expect(await read(folder, 'upstream.ts')).toBe(await read(EXAMPLES, 'upstream.ts'))
  expect(page).toContain((await read(folder, '.env.example')).match(/^KEYCLOAK_ISSUER=.*$/m)?.[0])

  await copyFile(join(EXAMPLES, 'notes.ts'), join(folder, 'notes.ts'))
  const server = await read(folder, 'server.ts')
  const [, tool] = /--tool-name (\w+)$/m.exec(page) ?? []
  expect(server).toContain(`registerTool('${tool}'`)
  expect(page).toContain("add `import { addNotes } from './notes.ts'` at the top")
  const added = server.replace('  return server', '  addNotes(server)\n  return server')
  await writeFile(join(folder, 'server.ts'), `import { addNotes } from './notes.ts'\n${added}`)
  await installInto(folder)

  const realm = await startKeycloak({ redirectUris: ['http://127.0.0.1/callback/keycloak'] })
  onTestFinished(() => realm.close())
  const url = await start(folder, {
    KEYCLOAK_ISSUER: realm.issuer,
    KEYCLOAK_CLIENT_ID: realm.clientId,
    KEYCLOAK_CLIENT_SECRET: realm.clientSecret,
  })
  const { report } = await examine(url, ['--sign-in'], { openUrl: createUser() })
  expect([checksThat('fail', report), checksThat('warn', report)]).toEqual([[], []])
  expect(report.summary).toBe(`${url} works.`)
  expect(checksThat('pass', report)).toContain('call')
})
