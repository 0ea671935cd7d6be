import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { type Choices, FRAMEWORKS, STORES } from '../../../src/cli/init/choices.ts'
import { codeFiles, projectFiles } from '../../../src/cli/init/project-files.ts'
import { PROVIDERS } from '../../../src/cli/init/provider-options.ts'
import { createUser, examine } from '../doctor/support.ts'
import { makeFolder, modeOf, runHere } from '../support.ts'
import { installInto, start, typeCheck } from './project.ts'

const EVERY = FRAMEWORKS.flatMap((framework) =>
  ['embedded', 'direct', ...PROVIDERS].flatMap((provider) =>
    STORES.map((store) => ({ framework, provider, store })),
  ),
)

describe('init writes a server', () => {
  test.each(FRAMEWORKS)(
    'for %s that starts, signs users in and has nothing for doctor to find',
    { timeout: 120_000 },
    async (framework) => {
      const folder = await makeFolder()
      const made = await runHere(folder, ['init', '--framework', framework])
      expect([made.code, made.stderr]).toEqual([0, ''])
      await installInto(folder)
      const url = await start(folder)
      const flags = ['--active', '--sign-in']
      const { code, report } = await examine(url, flags, { openUrl: createUser() })
      expect([code, report.faults, report.warnings]).toEqual([0, 0, 0])
    },
  )

  test('that type-checks, whatever is chosen', { timeout: 120_000 }, async () => {
    const folder = await makeFolder()
    await installInto(folder)
    const { 'tsconfig.json': settings = '' } = projectFiles(EVERY[0] as Choices, 'all')
    await writeFile(join(folder, 'package.json'), '{"type":"module"}')
    await writeFile(join(folder, 'tsconfig.json'), settings.replace('*.ts', '**/*.ts'))
    // What differs between the other stores is a URL.
    for (const choices of EVERY.filter(({ store }) => store === 'memory' || store === 'sqlite')) {
      const { framework, provider, store } = choices
      const place = join(folder, `${framework}-${provider}-${store}`)
      await mkdir(place)
      for (const [file, text] of Object.entries(codeFiles(choices))) {
        await writeFile(join(place, file), text)
      }
    }
    expect(await typeCheck(folder)).toBe('')
    await writeFile(join(folder, 'node-direct-memory/server.ts'), 'const wrong: string = 1')
    expect(await typeCheck(folder)).toContain('node-direct-memory/server.ts')
  })

  test('and says what to do next, and who can sign in', async () => {
    const next = [
      'Next:',
      '  npm install',
      '  cp .env.example .env',
      '  npm start',
      '  npm run doctor   # in another terminal',
      '',
    ]
    const embedded = await runHere(await makeFolder(), ['init'])
    expect(embedded.stdout).toContain(
      [...next, 'Sign in as `alice`, with the password of `DEMO_PASSWORD` in .env.'].join('\n'),
    )
    const entra = await runHere(await makeFolder(), ['init', '--provider', 'entra'])
    expect(entra.stdout).toContain(
      [...next, 'Before `npm start`: register the redirect URI http://127.0.0.1:3000/'].join('\n'),
    )
  })

  test('in front of a provider, with sealed records', { timeout: 120_000 }, async () => {
    const folder = await makeFolder()
    const flags = ['--provider', 'keycloak', '--storage', 'sqlite', '--framework', 'node']
    expect((await runHere(folder, ['init', ...flags])).code).toBe(0)
    await installInto(folder)
    const url = await start(folder, {
      KEYCLOAK_ISSUER: 'https://id.example.invalid/realms/a',
      KEYCLOAK_CLIENT_ID: 'a',
      KEYCLOAK_CLIENT_SECRET: 'b',
    })
    const { code, report } = await examine(url)
    expect([code, report.faults, report.warnings]).toEqual([0, 0, 0])
    expect(await readdir(folder)).toContain('gatehouse.db')
  })

  test('for an issuer that MCP clients can use', { timeout: 120_000 }, async () => {
    const folder = await makeFolder()
    expect((await runHere(folder, ['init', '--provider', 'direct'])).code).toBe(0)
    expect(await readdir(folder)).not.toContain('.keys')
    await installInto(folder)
    const { report } = await examine(await start(folder, { ISSUER: 'https://id.example.invalid' }))
    // That issuer is nowhere; what the server itself does is right.
    expect(report.findings.filter(({ verdict }) => verdict === 'fail')).toEqual([])
    expect(report.warnings).toBe(0)
  })

  test('of 40 lines at most, whatever is chosen', () => {
    const lines = EVERY.map((choices) => codeFiles(choices)['server.ts']?.split('\n').length ?? 0)
    expect(lines.length).toBeGreaterThan(200)
    expect(Math.max(...lines)).toBeLessThanOrEqual(41)
  })

  test('with keys that only their owner can read, and out of Git', async () => {
    const folder = await makeFolder()
    const { stdout } = await runHere(folder, ['init', '--storage', 'sqlite', '--json'])
    const { written } = JSON.parse(stdout) as { written: string[] }
    for (const key of ['signing', 'cookies', 'storage']) {
      expect(written).toContain(`.keys/${key}.json`)
      expect(await modeOf(join(folder, `.keys/${key}.json`))).toBe('600')
    }
    const ignored = await readFile(join(folder, '.gitignore'), 'utf8')
    expect(ignored.split('\n')).toEqual(expect.arrayContaining(['/.keys/', '.env', '*.db*']))
  })

  test('with every variable that it reads in .env.example, and no other', async () => {
    for (const provider of ['embedded', 'direct', ...PROVIDERS]) {
      const folder = await makeFolder()
      await runHere(folder, ['init', '--provider', provider])
      const example = await readFile(join(folder, '.env.example'), 'utf8')
      const named = [...example.matchAll(/^(\w+)=/gm)].map(([, name]) => name)
      const files = (await readdir(folder)).filter((file) => file.endsWith('.ts'))
      const code = await Promise.all(files.map((file) => readFile(join(folder, file), 'utf8')))
      const reads = /process\.env\['(?<name>\w+)'\]|\b(?<taken>[A-Z_]+): \w+ = /g
      const read = [...code.join('').matchAll(reads)].map(
        ({ groups }) => groups?.['name'] ?? groups?.['taken'],
      )
      expect(new Set(named)).toEqual(new Set(read))
      expect(named.length).toBe(new Set(named).size)
    }
  })
})

describe('init asks', () => {
  test('what is not given, on a terminal, and again where the answer is none', async () => {
    const folder = await makeFolder()
    const { code, stdout, stderr } = await runHere(folder, ['init', '--json'], {
      isTerminal: { stdin: true },
      stdin: ['hono\n', 'entrra\nentra\n', '\n'],
    })
    expect([code, JSON.parse(stdout)]).toMatchObject([
      0,
      { framework: 'hono', provider: 'entra', store: 'memory' },
    ])
    expect(stderr.match(/Where do users sign in\?/g)?.length).toBe(2)
    expect(stderr).toContain('That is none of them. Did you mean entra?\n')
    expect(stderr).toMatch(/^What does it run on\?\n {2}node, express, hono, fastify\n\[node\] /)
  })

  test('nothing where no terminal is, or everything is given', async () => {
    const argv = ['init', '--framework', 'node', '--provider', 'embedded', '--storage', 'memory']
    const here = await runHere(await makeFolder(), argv, { isTerminal: { stdin: true } })
    expect([here.code, here.stderr]).toEqual([0, ''])
    const piped = await runHere(await makeFolder(), ['init'], { stdin: 'hono\n' })
    expect([piped.code, piped.stderr]).toEqual([0, ''])
  })
})

describe('init leaves alone', () => {
  test('a project that is there: it prints what to add', async () => {
    const folder = await makeFolder()
    const manifest = '{"dependencies":{"express":"^5"}}'
    await writeFile(join(folder, 'package.json'), manifest)
    const { code, stdout } = await runHere(folder, ['init', '--provider', 'github'])
    expect([code, await readdir(folder)]).toEqual([0, ['package.json']])
    expect(await readFile(join(folder, 'package.json'), 'utf8')).toBe(manifest)
    expect(stdout).toContain('npx mcp-gatehouse keys generate --use signing')
    expect(stdout).toContain('export const upstream: UpstreamOptions = github({')
    expect(stdout).toContain('GITHUB_CLIENT_SECRET=')
  })

  test.each(['server.ts', 'README.md', '.env.example'])('a file: %s', async (file) => {
    const folder = await makeFolder()
    await writeFile(join(folder, file), 'mine')
    const { code, stderr } = await runHere(folder, ['init'])
    expect([code, stderr]).toEqual([1, expect.stringContaining(`${file} exists`)])
    expect(await readdir(folder)).toEqual([file])
  })
})
