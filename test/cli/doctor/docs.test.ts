import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { CHECKS } from '../../../src/cli/doctor/checks/index.ts'
import { startOwnWorld } from '../../e2e/own-world.ts'
import { runHere } from '../support.ts'
import { publishedAt, urlOf } from './faulty-fetch.ts'

const PAGE = resolve(import.meta.dirname, '../../../docs/doctor.md')
const ORIGIN = 'https://mcp.example.com'

test('docs/doctor.md shows a run on a server that publishes no PKCE methods', async () => {
  const world = await startOwnWorld({ users: [{ username: 'alice', password: 'wonderland' }] })
  onTestFinished(() => world.close())
  const published = publishedAt(ORIGIN, new URL(world.serverUrl).origin)
  const fetch: typeof globalThis.fetch = async (input, init) => {
    const answer = await published(input, init)
    if (!urlOf(input).includes('/oauth-authorization-server')) return answer
    const document = (await answer.json()) as object
    const { headers } = answer
    return Response.json({ ...document, code_challenge_methods_supported: undefined }, { headers })
  }
  const page = await readFile(PAGE, 'utf8')
  const [, block = ''] = /^```console\n(.*?)^```$/ms.exec(page) ?? []
  const [command = '', ...output] = block.split('\n')
  const argv = command.replace('$ npx mcp-gatehouse ', '').split(' ')
  const now = (): number => Math.floor(Date.now() / 1_000)
  const { code, stdout } = await runHere('/nowhere', argv, { fetch, now })
  expect([code, output.join('\n')]).toEqual([1, stdout])
})

test('docs/doctor.md has every check', async () => {
  const page = await readFile(PAGE, 'utf8')
  expect(CHECKS.filter(({ id }) => !page.includes(`\`${id}\``)).map(({ id }) => id)).toEqual([])
})
