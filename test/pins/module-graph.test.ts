import { expect, test } from 'vitest'
import { runtimeImports, staticImports } from './source-exports.ts'

/** Everything that loading a file of `src/` loads, at once or later. */
function reach(
  file: string,
  importsOf = runtimeImports,
  seen: Set<string> = new Set(),
): ReadonlySet<string> {
  if (seen.has(file)) return seen
  seen.add(file)
  if (!file.endsWith('.ts')) return seen
  for (const next of importsOf(file)) reach(next, importsOf, seen)
  return seen
}

function packagesOf(file: string, importsOf = runtimeImports): readonly string[] {
  return [...reach(file, importsOf)].filter((name) => !name.endsWith('.ts')).toSorted()
}

test.each([
  ['mcp-gatehouse', 'index.ts', ['jose']],
  ['mcp-gatehouse/context', 'context/index.ts', []],
  ['mcp-gatehouse/express', 'adapters/express.ts', []],
  ['mcp-gatehouse/fastify', 'adapters/fastify.ts', ['node:stream']],
  ['mcp-gatehouse/fastmcp', 'adapters/fastmcp.ts', []],
  ['mcp-gatehouse/hono', 'adapters/hono.ts', []],
  ['mcp-gatehouse/node', 'adapters/node.ts', []],
  ['mcp-gatehouse/keys', 'keys/index.ts', ['jose']],
  ['mcp-gatehouse/limits', 'limits/public.ts', ['ipaddr.js', 'rate-limiter-flexible']],
  ['mcp-gatehouse/opentelemetry', 'audit/opentelemetry.ts', ['@opentelemetry/api', 'node:crypto']],
  ['mcp-gatehouse/providers', 'providers/index.ts', []],
  ['mcp-gatehouse/sdk', 'sdk/index.ts', []],
  ['mcp-gatehouse/verifiers', 'verifiers/public.ts', ['jose', 'openid-client']],
])('%s loads these packages, and of node: only what is named', (_entry, file, packages) => {
  expect(packagesOf(file)).toEqual(packages)
})

test('mcp-gatehouse loads nothing of the other roles', () => {
  const files = [...reach('index.ts')]
  expect(files.length).toBeGreaterThan(40)
  expect(files.filter((file) => /^(?:adapters|cli|keys|storage|testing)\//.test(file))).toEqual([])
})

test('the walk sees node: modules where there are some', () => {
  expect(packagesOf('testing/index.ts')).toContain('node:http')
})

test('mcp-gatehouse/gateway loads its optional peers when they are needed', () => {
  const isPackage = (name: string): boolean => !name.startsWith('node:')
  expect(packagesOf('gateway/index.ts', staticImports).filter(isPackage)).toEqual(['jose'])
  const all = packagesOf('gateway/index.ts').filter(isPackage)
  expect(all).toEqual([
    '@modelcontextprotocol/server',
    'jose',
    'openid-client',
    'prom-client',
    'undici',
  ])
})

test('mcp-gatehouse/testing loads its optional peers when they are needed', () => {
  const isPackage = (name: string): boolean => !name.startsWith('node:')
  const file = 'testing/index.ts'
  expect(packagesOf(file, staticImports).filter(isPackage)).toEqual(['jose'])
  expect(packagesOf(file).filter(isPackage)).toEqual([
    '@modelcontextprotocol/client',
    'htmlparser2',
    'jose',
    'oidc-provider',
    'tough-cookie',
  ])
})
