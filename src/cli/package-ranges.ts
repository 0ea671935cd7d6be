import { readFileSync } from 'node:fs'

interface Manifest {
  readonly version: string
  readonly peerDependencies: Readonly<Record<string, string>>
  readonly devDependencies: Readonly<Record<string, string>>
}

/** The ranges of these packages that this release is tested with. */
export function rangesOf(names: readonly string[]): Record<string, string> {
  const { peerDependencies, devDependencies, version } = readManifest()
  const rangeOf = (name: string): string =>
    name === 'mcp-gatehouse'
      ? `^${version}`
      : (devDependencies[name] ?? peerDependencies[name] ?? '*')
  return Object.fromEntries(names.toSorted().map((name) => [name, rangeOf(name)]))
}

/** Whether `npm install` of this package leaves it out. */
export function isPeer(name: string): boolean {
  return Object.hasOwn(readManifest().peerDependencies, name)
}

function readManifest(): Manifest {
  const file = new URL('../../package.json', import.meta.url)
  return JSON.parse(readFileSync(file, 'utf8')) as Manifest
}
