import { globSync, readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { missingService, POSTGRES_URL } from '../contract/services.ts'
import { runExample } from './run-example.ts'

test('whoami tells users who they are', async () => {
  expect(await runExample('examples/whoami/client.ts')).toEqual({
    code: 0,
    stderr: '',
    stdout: `alice signs in: the tool knows her, and the name that her token has
bob signs in: he is somebody else
whoever does not sign in is nobody
`,
  })
})

test('a stateful server of SDK v1 has sessions that are whose they are', async () => {
  expect(await runExample('examples/sessions/client.ts')).toEqual({
    code: 0,
    stderr: '',
    stdout: `alice writes twice: her session remembers the first time
bob has a session of his own; in hers there is nothing for him, not even that it exists
alice goes on with her next token
what she ends is over
`,
  })
})

const missing = await missingService('PostgreSQL')

test.skipIf(missing !== '')(
  `two replicas are one server, and one of them is enough${missing}`,
  async () => {
    expect(await runExample('examples/replicas/client.ts', { DATABASE_URL: POSTGRES_URL })).toEqual(
      {
        code: 0,
        stderr: '',
        stdout: `alice registers, signs in and calls tools: every other request is for the other one
one of them is killed: the other one takes her token, and lets her sign in again
`,
      },
    )
  },
)

test('the index has a line for every folder', () => {
  const folders = readdirSync('examples', { withFileTypes: true }).filter((one) =>
    one.isDirectory(),
  )
  const index = readFileSync('examples/README.md', 'utf8')
  const listed = new Set([...index.matchAll(/^\| \[([\w-]+)\]/gm)].map(([, name]) => name))
  expect(folders.map(({ name }) => name).filter((name) => !listed.has(name))).toEqual([])
})

test.each(
  globSync(
    'examples/{api-key-tool,gateway,github-issues,jwe,multi-tenant,next,quick-start,replicas,sessions,todo-manager,whoami,workers}/**/*.ts',
  ),
)('%s is short', (file) => {
  expect(readFileSync(file, 'utf8').split('\n').length).toBeLessThanOrEqual(121)
})
