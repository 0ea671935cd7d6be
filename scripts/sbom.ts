/**
 * `npm run sbom`: what a user of the package gets with it, as CycloneDX on standard output.
 *
 * `npm sbom` is asked about a manifest and a lock file of the runtime dependencies alone: with
 * `--omit=dev` it leaves out those too that a development dependency needs as well.
 *
 * @module
 */
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const ROOT = join(import.meta.dirname, '..')

interface Manifest {
  readonly name: string
  readonly version: string
  readonly description: string
  readonly license: string
  readonly dependencies: Readonly<Record<string, string>>
}
interface Lock {
  readonly packages: Readonly<Record<string, { readonly dev?: boolean }>>
}

const read = (file: string): unknown => JSON.parse(readFileSync(join(ROOT, file), 'utf8'))
const { name, version, description, license, dependencies } = read('package.json') as Manifest
const manifest = { name, version, description, license, dependencies }
const lock = read('package-lock.json') as Lock
const runtime = Object.keys(dependencies).map((one) => `node_modules/${one}`)
const packages = Object.fromEntries(runtime.map((path) => [path, lock.packages[path]]))

const temporary = mkdtempSync(join(tmpdir(), 'gatehouse-sbom-'))
try {
  // npm takes the name of the product from the folder.
  const folder = join(temporary, name)
  mkdirSync(folder)
  const write = (file: string, content: object): void =>
    writeFileSync(join(folder, file), JSON.stringify(content))
  write('package.json', manifest)
  write('package-lock.json', { ...lock, packages: { '': manifest, ...packages } })
  const parameters = ['sbom', '--sbom-format=cyclonedx', '--sbom-type=library']
  execFileSync('npm', [...parameters, '--package-lock-only'], { cwd: folder, stdio: 'inherit' })
} finally {
  rmSync(temporary, { recursive: true })
}
