import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { describe, expect, test, vi } from 'vitest'
import { nodeProblem } from '../../src/cli/node-version.ts'
import { makeFolder, runHere } from './support.ts'

vi.mock('oidc-provider', () => {
  throw new Error("Cannot find package 'oidc-provider'")
})

describe('a Node.js that is too old', () => {
  test.each(['18.20.8', '20.20.2', '22.18.0'])('is named before anything is done: %s', (node) => {
    expect(nodeProblem({ node })).toBe(
      `This is Node.js ${node}, and 22.19 or later is needed. Install one from https://nodejs.org, and run it again.`,
    )
  })

  test.each(['22.19.0', '22.20.1', '24.0.0', '26.1.0'])('is not %s', (node) => {
    expect(nodeProblem({ node })).toBe(undefined)
  })

  test('is no matter where Node.js is imitated', () => {
    expect(nodeProblem({ node: '22.6.0', bun: '1.3.0' })).toBe(undefined)
    expect(nodeProblem({ node: '20.11.1', deno: '2.1.0' })).toBe(undefined)
  })

  test('is what `engines` says', async () => {
    const file = resolve(import.meta.dirname, '../../package.json')
    const { engines } = JSON.parse(await readFile(file, 'utf8')) as { engines: { node: string } }
    expect(engines.node).toBe('>=22.19')
  })
})

describe('a package that is not installed', () => {
  const upstream = ['--upstream', 'http://127.0.0.1:7/mcp', '--port', '0']

  test('is told with all that the command needs, and what to type with npx', async () => {
    const { code, stderr } = await runHere(await makeFolder(), ['dev', ...upstream])
    expect(code).toBe(1)
    expect(stderr.replaceAll(/@[~^][\d.]+/g, '@<range>')).toBe(
      [
        'mcp-gatehouse: oidc-provider is not installed, and `dev` needs it. In a project:',
        '',
        '  npm install "oidc-provider@<range>" "undici@<range>"',
        '',
        'Without one:',
        '',
        '  npx -p mcp-gatehouse -p "oidc-provider@<range>" -p "undici@<range>" mcp-gatehouse dev …',
        '',
      ].join('\n'),
    )
  })

  test('has its code in the document of --json', async () => {
    const { stdout } = await runHere(await makeFolder(), ['dev', '--json', ...upstream])
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'ERR_CONFIG_PEER_MISSING' } })
  })
})
