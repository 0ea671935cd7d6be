import { execFile } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import wholeApp from '../../examples/recipes/whole-app.ts'

const RECIPES = 'examples/recipes'

test.each(readdirSync(RECIPES))('the recipe %s runs as it stands in the docs', async (file) => {
  const run = promisify(execFile)(process.execPath, [
    '--conditions=mcp-gatehouse-source',
    `${RECIPES}/${file}`,
  ])
  const { stderr } = await run
  expect(stderr).toBe('')
})

test('the recipe for a whole application opens its health path and nothing else', async () => {
  const status = async (path: string): Promise<number> =>
    (await wholeApp.fetch(new Request(`https://mcp.example.com${path}`))).status
  expect([await status('/healthz'), await status('/healthz/'), await status('/me')]).toEqual([
    200, 401, 401,
  ])
})
