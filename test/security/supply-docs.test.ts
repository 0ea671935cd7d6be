import { existsSync, globSync, readFileSync } from 'node:fs'
import { stripTypeScriptTypes } from 'node:module'
import { dirname, join, resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import { makeFolder, runHere } from '../cli/support.ts'

const ROOT = resolve(import.meta.dirname, '../..')
const PAGES = globSync(['*.md', 'docs/**/*.md', 'deploy/**/*.md', 'examples/**/*.md'], {
  cwd: ROOT,
})
const manifest = JSON.parse(read('package.json')) as {
  readonly scripts: Readonly<Record<string, string>>
}

interface Fence {
  readonly page: string
  readonly language: string
  readonly source: string | undefined
  readonly code: string
}

function read(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8')
}

const fences: readonly Fence[] = PAGES.flatMap((page) =>
  [...read(page).matchAll(/^ *```(\w*)(?: source="([^"]+)")?[^\n]*\n(.*?)^ *```$/gms)].map(
    ([, language = '', source, code = '']) => ({ page, language, source, code }),
  ),
)
const CODE = new Set(['ts', 'typescript', 'js', 'javascript', 'tsx', 'jsx', 'mjs'])
const snippets = fences.filter(({ language }) => CODE.has(language))

describe('SEC-395 the snippets of the documentation', () => {
  test('are files of examples/, all of which are compiled, and the same as those', () => {
    expect(snippets.length).toBeGreaterThan(20)
    const loose = snippets.filter(({ source = '' }) => !/^examples\/[\w/-]+\.ts$/.test(source))
    expect(loose).toEqual([])
    for (const { page, source = '', code } of snippets) {
      expect([page, source, code]).toEqual([page, source, `${read(source).trimEnd()}\n`])
    }
    const config = read('examples/tsconfig.json')
    expect(config).toContain('"include": ["."]')
    expect(config).not.toContain('exclude')
    expect(manifest.scripts['types']).toContain('tsc -p examples --noEmit')
  })

  test('have a language each, so that none goes unchecked', () => {
    const languages = new Set([...CODE, 'sh', 'console', 'text', 'json', 'yaml', 'mermaid'])
    expect(fences.filter(({ language }) => !languages.has(language))).toEqual([])
  })

  test('are run, so that each has passed the check of its options', () => {
    const runners = ['test/examples/*.ts', 'test/runtimes/*.ts']
    const tests = globSync(runners, { cwd: ROOT }).map(read).join('\n')
    const run = new Set<string>()
    for (const { source = '' } of snippets) {
      // A folder that the tests read as a whole counts for all that is in it.
      const isRun = tests.includes(source) || tests.includes(`'${dirname(source)}'`)
      if (isRun) run.add(source)
    }
    const imported = new Set(
      [...run].flatMap((source) =>
        [...read(source).matchAll(/from '(\.[^']+)'/g)].map(([, to = '']) =>
          join(dirname(source), to),
        ),
      ),
    )
    const notRun = snippets.map(({ source = '' }) => source).filter((source) => !run.has(source))
    expect(notRun.filter((source) => !imported.has(source))).toEqual([])
  })

  test('show no address that listens to everybody, and nothing that switches a check off', () => {
    const UNSAFE = /0\.0\.0\.0|allowedOrigins: \['\*'\]|NODE_TLS_REJECT_UNAUTHORIZED|alg: 'none'/
    expect(snippets.filter(({ code }) => UNSAFE.test(code))).toEqual([])
    const insecure = snippets.filter(({ code }) => code.includes('allowInsecureLoopback'))
    expect(
      insecure.filter(({ code }) => !/127\.0\.0\.1|localhost|createTokenIssuer/.test(code)),
    ).toEqual([])
  })
})

describe('SEC-395 the commands of the documentation', () => {
  const lines = fences
    .filter(({ language }) => language === 'sh' || language === 'console')
    .flatMap(({ page, code }) => code.split('\n').map((line) => [page, line] as const))

  test('exist as scripts', () => {
    const scripts = lines.flatMap(([page, line]) =>
      [...line.matchAll(/npm (?:run )?(?:-s )?(?<script>[\w:-]+)/g)].map(
        ({ groups, 0: all }) => [page, groups?.['script'] ?? '', all.includes('npm run')] as const,
      ),
    )
    expect(scripts.length).toBeGreaterThan(3)
    const missing = scripts.filter(
      ([, script, isScript]) => isScript && manifest.scripts[script] === undefined,
    )
    expect(missing).toEqual([])
  })

  test('exist as commands, with the options that they are given', async () => {
    const commands = lines.flatMap(([page, line]) =>
      [...line.matchAll(/npx mcp-gatehouse (?<argv>[^#|>&\n]*)/g)].map(
        ({ groups }) => [page, (groups?.['argv'] ?? '').trim().split(/\s+/)] as const,
      ),
    )
    expect(commands.length).toBeGreaterThan(4)
    const folder = await makeFolder()
    for (const [page, argv] of commands) {
      const { code, stderr } = await runHere(folder, argv, { stdin: 'an opaque token' })
      // There are no files, but what is misspelt is a usage error.
      expect([page, argv, code === 2 ? stderr : '']).toEqual([page, argv, ''])
    }
  })

  test('exist as files', () => {
    const files = lines.flatMap(([page, line]) =>
      [...line.matchAll(/\b(?:examples|bench|scripts|deploy|\.ci)\/[\w./-]*\w/g)].map(
        ([path]) => [page, path] as const,
      ),
    )
    expect(files.filter(([, path]) => !existsSync(join(ROOT, path)))).toEqual([])
  })
})

describe('SEC-395 the examples in docstrings', () => {
  const examples = globSync('src/**/*.ts', { cwd: ROOT }).flatMap((file) =>
    [...read(file).matchAll(/^ *\* ```ts\n(.*?)^ *\* ```$/gms)].map(([, block = '']) => ({
      file,
      code: block.replaceAll(/^ *\* ?/gm, ''),
    })),
  )

  test('are TypeScript', () => {
    expect(examples.length).toBeGreaterThan(10)
    for (const { file, code } of examples) {
      expect([file, syntaxErrorOf(code)]).toEqual([file, undefined])
    }
    expect(syntaxErrorOf('const a = {')).not.toBeUndefined()
  })
})

function syntaxErrorOf(code: string): string | undefined {
  try {
    // Fragments may return, where whole examples import.
    const isFragment = /^ *return\b/m.test(code)
    stripTypeScriptTypes(isFragment ? `async function example() {\n${code}\n}` : code)
    return undefined
  } catch (error) {
    return String(error)
  }
}
