import { globSync, readFileSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import * as z from 'zod'

const ROOT = resolve(import.meta.dirname, '../..')
const MAX_RUNTIME_DEPENDENCIES = 3

const names = z.record(z.string(), z.string()).default({})
const manifestSchema = z.object({
  dependencies: names,
  devDependencies: names,
  peerDependencies: names,
  optionalDependencies: names,
  peerDependenciesMeta: z.record(z.string(), z.object({ optional: z.boolean() })),
  scripts: names,
  allowScripts: z.record(z.string(), z.boolean()),
})
const entrySchema = z.object({
  version: z.string().optional(),
  resolved: z.string().optional(),
  integrity: z.string().optional(),
  dev: z.boolean().optional(),
  optional: z.boolean().optional(),
  os: z.array(z.string()).optional(),
  link: z.boolean().optional(),
  hasInstallScript: z.boolean().optional(),
  dependencies: names,
  devDependencies: names,
  peerDependencies: names,
  optionalDependencies: names,
})

function readJson(path: string): unknown {
  return JSON.parse(readFileSync(join(ROOT, path), 'utf8'))
}
const manifest = manifestSchema.parse(readJson('package.json'))
const { packages } = z
  .object({ lockfileVersion: z.literal(3), packages: z.record(z.string(), entrySchema) })
  .parse(readJson('package-lock.json'))
const entries = Object.entries(packages).filter(([path]) => path !== '')
const { '': root } = packages

const REGISTRY = 'https://registry.npmjs.org/'
/** Git, archives somewhere, files and folders. */
const NOT_FROM_REGISTRY = /^(?:git|github:|https?:|file:|link:|workspace:)|\//
/** Any version there is, whoever publishes it next. */
const ANY_VERSION = /^(?:\*|x|latest|>.*|)$/

/** Whoever serves with FastMCP has it; here it is kept from running. */
const FASTMCPS_OWN = ['node_modules/tldjs']

describe('SEC-394 the runtime dependencies', () => {
  const runtime = entries.filter(([, { dev }]) => dev !== true)

  test('are at most three, with all that they need', () => {
    const paths = runtime.map(([path]) => path)
    expect(paths).toEqual(Object.keys(manifest.dependencies).map((name) => `node_modules/${name}`))
    expect(paths.length).toBeLessThanOrEqual(MAX_RUNTIME_DEPENDENCIES)
    expect(manifest.optionalDependencies).toEqual({})
  })

  test('and the peers run nothing when they are installed', () => {
    const seen = new Set<string>()
    const visit = (name: string): void => {
      const path = `node_modules/${name}`
      const entry = packages[path]
      if (entry === undefined || seen.has(path)) return
      seen.add(path)
      for (const next of Object.keys(entry.dependencies)) visit(next)
    }
    for (const name of Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies })) {
      visit(name)
    }
    expect(seen.size).toBeGreaterThan(50)
    const scripts = [...seen].filter((path) => packages[path]?.hasInstallScript === true)
    expect(scripts).toEqual(FASTMCPS_OWN)
    for (const path of scripts) expect(manifest.allowScripts[basename(path)]).toBe(false)
  })

  test('are all that is installed with the package: every peer is optional', () => {
    const optional = Object.entries(manifest.peerDependenciesMeta).filter(
      ([, meta]) => meta.optional,
    )
    expect(optional.map(([name]) => name).toSorted()).toEqual(
      Object.keys(manifest.peerDependencies).toSorted(),
    )
  })

  test('and the package itself run nothing when they are installed', () => {
    const hooks = new Set(
      ['install', 'prepare'].flatMap((hook) => [`pre${hook}`, hook, `post${hook}`]),
    )
    expect(Object.keys(manifest.scripts).filter((name) => hooks.has(name))).toEqual([])
  })
})

describe('SEC-394 the lock file', () => {
  test('says the same as the manifest', () => {
    const kinds = ['dependencies', 'devDependencies', 'peerDependencies'] as const
    for (const kind of kinds) expect([kind, root?.[kind]]).toEqual([kind, manifest[kind]])
  })

  test('has a SHA-512 for every package, but for development binaries of other platforms', () => {
    const without = entries.filter(
      ([, entry]) => !/^sha512-[\w+/]{86}==$/.test(entry.integrity ?? ''),
    )
    const isBinaryOfDevelopment = (entry: z.infer<typeof entrySchema>): boolean =>
      entry.dev === true && entry.optional === true && entry.os !== undefined
    expect(without.filter(([, entry]) => !isBinaryOfDevelopment(entry))).toEqual([])
    // What is installed here, where the tests run, always has one.
    const here = without.filter(([path]) => globSync(path, { cwd: ROOT }).length > 0)
    expect(here).toEqual([])
  })

  test('takes everything from the registry: nothing from Git, a URL, or a folder', () => {
    const elsewhere = entries.filter(
      ([, { resolved, link }]) =>
        link === true || (resolved !== undefined && !resolved.startsWith(REGISTRY)),
    )
    expect(elsewhere).toEqual([])
    const wanted = [['', manifest] as const, ...entries].flatMap(([path, entry]) =>
      Object.entries({ ...entry.dependencies, ...entry.optionalDependencies }).map(
        ([name, range]) => [`${path} > ${name}`, range.replace(/^npm:(?:@[^/]+\/)?[^@]+@/, '')],
      ),
    )
    expect(wanted.filter(([, range]) => NOT_FROM_REGISTRY.test(range ?? ''))).toEqual([])
    const own = Object.entries({ ...manifest.dependencies, ...manifest.devDependencies })
    expect(own.filter(([, range]) => ANY_VERSION.test(range))).toEqual([])
  })

  test('lets those development packages alone run scripts that are named in the manifest', () => {
    const scripted = entries.filter(([, { hasInstallScript }]) => hasInstallScript === true)
    const allowed = Object.keys(manifest.allowScripts).map((name) => `node_modules/${name}`)
    expect(scripted.map(([path]) => path)).toEqual(allowed)
    expect(scripted.every(([, { dev }]) => dev === true)).toBe(true)
  })
})

describe('SEC-394 what runs elsewhere', () => {
  const USES = /^\s*(?:-\s*)?uses:\s*(?<action>\S+)/gm
  const findUnpinned = (workflow: string): readonly string[] =>
    [...workflow.matchAll(USES)]
      .map(({ groups }) => groups?.['action'] ?? '')
      .filter((action) => !action.startsWith('./') && !/@[0-9a-f]{40}$/.test(action))

  test('are actions pinned to a commit, where there are workflows', () => {
    const workflows = globSync('.github/**/*.{yml,yaml}', { cwd: ROOT })
    const unpinned = workflows.flatMap((path) =>
      findUnpinned(readFileSync(join(ROOT, path), 'utf8')),
    )
    expect(unpinned).toEqual([])
    expect(findUnpinned('  - uses: actions/checkout@v5\n    uses: a/b@main')).toHaveLength(2)
    expect(findUnpinned(`- uses: actions/checkout@${'0f'.repeat(20)}`)).toEqual([])
  })

  test('are releases made by the steps of CONTRIBUTING.md: audit, signatures, provenance', () => {
    const page = readFileSync(join(ROOT, 'CONTRIBUTING.md'), 'utf8')
    const [, releases = ''] = page.split('## Releases')
    for (const step of [
      'npm ci',
      'npm audit --audit-level=high',
      'npm audit signatures',
      'npm publish --provenance',
    ]) {
      expect(releases).toContain(step)
    }
  })
})
