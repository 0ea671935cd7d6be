import { execFile } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { globSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { SignJWT } from 'jose'
import { generateKey } from 'mcp-gatehouse/keys'
import { beforeAll, describe, expect, test } from 'vitest'
import { findSecrets } from './support/private-keys.ts'

const ROOT = resolve(import.meta.dirname, '../..')

/** Every file that may be published; `dist` is there once it is built. */
const ALLOWED: readonly RegExp[] = [
  /^(?:CHANGELOG|README)\.md$/,
  /^LICENSE$/,
  /^package\.json$/,
  /^deploy\/[\w./-]+\.(?:conf|json|md|ya?ml)$/,
  /^docs\/(?:[a-z-]+\/)*(?:README|[a-z\d-]+)\.md$/,
  /^deploy\/gateway\/(?:Caddyfile|Dockerfile)$/,
  /^src\/(?:[a-z][a-z0-9-]*\/)*[a-z][a-z0-9-]*\.ts$/,
  /^dist\/(?:[a-z][a-z0-9-]*\/)*[a-z][a-z0-9-]*\.(?:js|d\.ts)(?:\.map)?$/,
]

interface Packed {
  readonly files: readonly { readonly path: string; readonly mode: number }[]
}

async function pack(): Promise<Packed> {
  const { stdout } = await promisify(execFile)(
    'npm',
    ['pack', '--dry-run', '--json', '--ignore-scripts', '--offline'],
    { cwd: ROOT },
  )
  const [packed] = JSON.parse(stdout) as readonly Packed[]
  if (packed === undefined) throw new Error('npm packs nothing')
  return packed
}

describe('SEC-393 the package holds', () => {
  let paths: readonly string[] = []
  beforeAll(async () => {
    paths = (await pack()).files.map(({ path }) => path)
  }, 120_000)

  test('what is on the list, and nothing else', () => {
    expect(paths).toContain('src/index.ts')
    expect(paths).toContain('LICENSE')
    expect(paths.filter((path) => !ALLOWED.some((allowed) => allowed.test(path)))).toEqual([])
  })

  test('every file of src, so that source maps lead somewhere, and each of dist is made of one', () => {
    const sources = globSync('src/**/*.ts', { cwd: ROOT })
    expect(paths.filter((path) => path.startsWith('src/')).toSorted()).toEqual(sources.toSorted())
    const made = paths.filter((path) => path.startsWith('dist/'))
    const origin = (path: string): string =>
      path.replace(/^dist\//, 'src/').replace(/(?:\.d\.ts|\.js)(?:\.map)?$/, '.ts')
    expect(made.filter((path) => !sources.includes(origin(path)))).toEqual([])
  })

  test('every page of docs, since commands and errors name them', () => {
    const pages = globSync('docs/**/*.md', { cwd: ROOT })
    expect(paths.filter((path) => path.startsWith('docs/')).toSorted()).toEqual(pages.toSorted())
  })

  test('no secret, source maps included', async () => {
    const found = await Promise.all(
      paths.map(async (path) => {
        const text = await readFile(join(ROOT, path), 'utf8')
        return findSecrets(text).map((kind) => `${path}: ${kind}`)
      }),
    )
    expect(found.flat()).toEqual([])
  })

  test('no source map with sources in it, which could come from elsewhere', async () => {
    const maps = globSync('dist/**/*.map', { cwd: ROOT })
    for (const path of maps) {
      const map = JSON.parse(await readFile(join(ROOT, path), 'utf8')) as Record<string, unknown>
      expect([path, map['sourcesContent']]).toEqual([path, undefined])
    }
    const build = await readFile(join(ROOT, 'tsconfig.build.json'), 'utf8')
    expect(build).not.toMatch(/inlineSources|inlineSourceMap/)
  })
})

test('SEC-394 the bill of materials names what comes with the package, and nothing else', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, ['scripts/sbom.ts'], { cwd: ROOT })
  const { metadata, components } = JSON.parse(stdout) as {
    readonly metadata: { readonly component: { readonly name: string } }
    readonly components: readonly { readonly name: string }[]
  }
  const { name, dependencies } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')) as {
    readonly name: string
    readonly dependencies: object
  }
  expect(metadata.component.name).toBe(name)
  expect(components.map((one) => one.name)).toEqual(Object.keys(dependencies))
})

describe('SEC-393 what would be found:', () => {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const { privateKey: rsa } = generateKeyPairSync('rsa', { modulusLength: 2_048 })

  test.each([
    ['PEM private key', privateKey.export({ type: 'pkcs8', format: 'pem' })],
    ['PEM private key', privateKey.export({ type: 'sec1', format: 'pem' })],
    ['PEM private key', rsa.export({ type: 'pkcs1', format: 'pem' })],
    ['private JWK', JSON.stringify(privateKey.export({ format: 'jwk' }))],
    ['private JWK', JSON.stringify(rsa.export({ format: 'jwk' }), null, 2)],
    ['private JWK', `const key = { d: '${privateKey.export({ format: 'jwk' }).d}' }`],
    ['URL with a password', 'REDIS_URL=rediss://gatehouse:correct-horse@redis.example.com:6379'],
    ['npm token', '//registry.npmjs.org/:_authToken=abc'],
  ])('a %s', (kind, text) => {
    expect(findSecrets(String(text))).toContain(kind)
  })

  test('the files of every command that makes keys', async () => {
    for (const use of ['signing', 'encryption', 'storage', 'cookies', 'state'] as const) {
      const keys = [await generateKey({ use })]
      expect(findSecrets(JSON.stringify({ keys }, null, 2)).join()).toMatch(
        /(?:private|metric) JWK/,
      )
    }
  })

  test('a token', async () => {
    const token = await new SignJWT({ sub: 'alice' })
      .setProtectedHeader({ alg: 'ES256' })
      .sign(privateKey)
    expect(findSecrets(`Authorization: Bearer ${token}`)).toEqual(['signed token'])
  })
})
