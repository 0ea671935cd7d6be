import { readdirSync } from 'node:fs'
import { expect, test } from 'vitest'
import { runExample } from './run-example.ts'

/** The examples that are tests with vitest run here, as they stand in the docs. */
const FOLDER = 'examples/testing'
const names = readdirSync(FOLDER)
for (const name of names) {
  const isProcess = ['sign-in.ts', 'with-node-test.ts'].includes(name)
  if (!isProcess) await import(`../../${FOLDER}/${name}`)
}

test('there are examples to run', () => {
  expect(names).toContain('with-vitest.ts')
  expect(names.length).toBeGreaterThan(8)
})

test('the tests with node:test pass', async () => {
  const run = await runExample(`${FOLDER}/with-node-test.ts`)
  expect(run).toMatchObject({ code: 0, stderr: '' })
  expect(run.stdout).toMatch(/pass 2\n.*fail 0\n/s)
})

test('the sign-in without a screen ends with an answer of the tool', async () => {
  const run = await runExample(`${FOLDER}/sign-in.ts`)
  expect(run).toEqual({
    code: 0,
    stdout: "[ { type: 'text', text: 'alice looks for milk' } ]\n",
    stderr: '',
  })
})
