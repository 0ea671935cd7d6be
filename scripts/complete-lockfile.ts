/**
 * Adds the binaries of other platforms to the lock files where the registry that it was made
 * with has only those of this one: `npm ci` refuses a lock file that lacks an optional dependency,
 * even one that it would not install.
 */
import { readFileSync, writeFileSync } from 'node:fs'

interface LockEntry {
  readonly version?: string
  readonly dev?: boolean
  readonly optionalDependencies?: Readonly<Record<string, string>>
}

const LOCK_FILES = ['package-lock.json', 'site/package-lock.json']
const OPERATING_SYSTEMS =
  'aix android darwin freebsd linux netbsd openbsd openharmony sunos win32'.split(' ')
const PROCESSORS = 'arm64 arm ia32 loong64 mips64el ppc64 riscv64 s390x x64'.split(' ')

for (const file of LOCK_FILES) {
  const lock = JSON.parse(readFileSync(file, 'utf8')) as { packages: Record<string, LockEntry> }
  const missing = Object.values(lock.packages).flatMap(({ dev, optionalDependencies = {} }) =>
    Object.entries(optionalDependencies)
      .filter(([name]) => lock.packages[`node_modules/${name}`] === undefined)
      .map(([name, version]) => [`node_modules/${name}`, describe(name, version, dev)] as const),
  )
  const packages = Object.entries({ ...lock.packages, ...Object.fromEntries(missing) }).toSorted(
    ([a], [b]) => (a < b ? -1 : 1),
  )
  writeFileSync(
    file,
    `${JSON.stringify({ ...lock, packages: Object.fromEntries(packages) }, null, 2)}\n`,
  )
  for (const [path] of missing) console.log(`${file}: added ${path}`)
}

/** The platform stands in the name, as in `@oxlint/binding-linux-x64-musl`. */
function describe(name: string, version: string, dev: boolean | undefined): object {
  const words = name.split(/[/-]/)
  const os = OPERATING_SYSTEMS.filter((word) => words.includes(word))
  const cpu = PROCESSORS.filter((word) => words.includes(word))
  if (os.length !== 1 || cpu.length !== 1 || !/^\d/.test(version)) {
    throw new Error(`${name}@${version}: its platform is not in its name; add it by hand`)
  }
  const libc = words.includes('musl') ? { libc: ['musl'] } : {}
  return { version, cpu, ...(dev === true && { dev }), ...libc, optional: true, os }
}
