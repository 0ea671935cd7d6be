import { execFile } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, expect, test } from 'vitest'
import wholeApp from '../../examples/recipes/whole-app.ts'

const RECIPES = 'examples/recipes'
const folder = mkdtempSync(join(tmpdir(), 'gatehouse-recipes-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const env = {
  ...process.env,
  MCP_RESOURCE_IDENTIFIER: 'https://mcp.example.com/mcp',
  MCP_AUTH_ISSUER: 'https://id.example.com',
  AUDIT_KEY: 'Zm9yIHRlc3RzIGFsb25lLCA0MyBjaGFyYWN0ZXJzIG9mIGl0',
  AUDIT_LOG: join(folder, 'audit.jsonl'),
}

test.each(readdirSync(RECIPES))('the recipe %s runs as it stands in the docs', async (file) => {
  const argv = ['--conditions=mcp-gatehouse-source', `${RECIPES}/${file}`]
  const run = promisify(execFile)(process.execPath, argv, { env })
  const { stderr } = await run
  expect(stderr).toBe('')
})

test('the recipe for the environment does not start without it', async () => {
  const argv = ['--conditions=mcp-gatehouse-source', `${RECIPES}/environment.ts`]
  const run = promisify(execFile)(process.execPath, argv, { env: {} })
  await expect(run).rejects.toThrow('MCP_RESOURCE_IDENTIFIER')
})

test('the recipe for a whole application opens its health path and nothing else', async () => {
  const status = async (path: string): Promise<number> =>
    (await wholeApp.fetch(new Request(`https://mcp.example.com${path}`))).status
  expect([await status('/healthz'), await status('/healthz/'), await status('/me')]).toEqual([
    200, 401, 401,
  ])
})
