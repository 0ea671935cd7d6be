import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { runExample } from './run-example.ts'

test('a tool uses the GitHub account of its user, who is asked for it once', async () => {
  expect(await runExample('examples/github-issues/client.ts')).toEqual({
    code: 0,
    stderr: '',
    stdout: `alice signs in, connects GitHub when she is asked, and sees her issue
the next call asks her nothing
`,
  })
})

test('a tool uses a token that its user has typed in on a page, and that was tried before', async () => {
  expect(await runExample('examples/api-key-tool/client.ts')).toEqual({
    code: 0,
    stderr: '',
    stdout: `alice brings her token, at the second try, and sees her issues
her assistant has never seen it
`,
  })
})

test.each([
  'github-issues/server',
  'github-issues/client',
  'api-key-tool/server',
  'api-key-tool/client',
])('the example %s is short', (name) => {
  const lines = readFileSync(`examples/${name}.ts`, 'utf8').split('\n')
  expect(lines.length).toBeLessThanOrEqual(120)
})
