import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { expect, test } from 'vitest'

/** Folders of src/ from the bottom up. A file may import from its own folder and from lower ones. */
const LAYERS: readonly (readonly string[])[] = [
  ['errors'],
  ['oauth', 'mcp'],
  ['principal', 'options'],
  ['policy'],
  ['runtime'],
  ['http', 'observability', 'context', 'outbound', 'pages'],
  ['audit', 'discovery', 'keys', 'limits', 'providers'],
  ['storage', 'browser'],
  ['revocation', 'verifiers', 'oauth-client'],
  ['authorization-server', 'connections', 'relay', 'resource-server'],
  ['gateway', 'tenants'],
  ['adapters', 'cli', 'sdk', 'testing'],
]
const SRC = resolve(import.meta.dirname, '../../src')
const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' }).filter((file) =>
  file.endsWith('.ts'),
)
const folderOf = (file: string): string => file.split('/')[0] ?? ''
const rankOf = (file: string): number => LAYERS.findIndex((layer) => layer.includes(folderOf(file)))

const edges = files.flatMap((file) =>
  [...readFileSync(join(SRC, file), 'utf8').matchAll(/(?:from |import\()'(\.[^']+)'/g)].map(
    ([, to = '']) => [file, relative(SRC, resolve(dirname(join(SRC, file)), to))] as const,
  ),
)
const across = edges.filter(([from, to]) => from.includes('/') && folderOf(from) !== folderOf(to))

test('every folder has a layer, and the only file beside them is index.ts', () => {
  const folders = new Set(files.filter((file) => file.includes('/')).map(folderOf))
  expect([...folders].toSorted()).toEqual(LAYERS.flat().toSorted())
  expect(files.filter((file) => !file.includes('/'))).toEqual(['index.ts'])
})

test('there is something to check', () => {
  expect(across.length).toBeGreaterThan(30)
})

test.each(across)('%s may import %s', (from, to) => {
  expect(rankOf(to)).not.toBe(-1)
  expect(rankOf(from)).toBeGreaterThan(rankOf(to))
})

test.each(across.filter(([from]) => folderOf(from) !== 'testing'))(
  '%s imports the index of its folder: %s',
  (_from, to) => {
    expect(to.endsWith('/index.ts') || folderOf(to) === 'adapters').toBe(true)
  },
)

test('an index only re-exports', () => {
  const bodies = files
    .filter((file) => file.endsWith('index.ts'))
    .map((file) => {
      const code = readFileSync(join(SRC, file), 'utf8').replace(/\/\*.*?\*\//gs, '')
      return [file, code.replace(/^export (?:type )?\{[^}]*\} from '[^']+'$/gms, '').trim()]
    })
  expect(bodies.filter(([, rest]) => rest !== '')).toEqual([])
})
