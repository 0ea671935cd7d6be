import type { FileVerifier, GatewayFile } from './gateway-file.ts'
import type { KeyPath } from './problem.ts'
import { isLoopback, type Risk, secretRisk, storeRisks } from './risk.ts'

const SECRETS: ReadonlySet<string> = new Set(['clientSecret', 'nonceSecret'])

/** Finds parts that are missing or not safe: storage, connections, and the secrets of clients. */
export function partRisks(
  file: GatewayFile,
  isReferenced: (path: KeyPath) => boolean,
): readonly Risk[] {
  return [
    ...storageRisks(file, isReferenced),
    ...missingParts(file),
    ...secretsIn(file, []).filter(({ path }) => !isReferenced(path)),
  ]
}

function storageRisks(
  { storage, connections, publicUrl }: GatewayFile,
  isReferenced: (path: KeyPath) => boolean,
): readonly Risk[] {
  if (storage === undefined) return []
  const risks = [...storeRisks(storage.url, ['storage', 'url'], isReferenced)]
  if (storage.url === 'memory:') {
    if (connections === undefined || isLoopback(publicUrl)) return risks
    const risk = {
      path: ['storage', 'url'],
      rule: 'storage-forgets',
      cause: 'What users connect is lost when this process ends, and no other replica has it.',
      remedy: 'Write sqlite:gatehouse.db, or the URL of PostgreSQL.',
    }
    return [...risks, risk]
  }
  if (storage.keys !== undefined) return risks
  const risk = {
    path: ['storage', 'keys'],
    rule: 'storage-unsealed',
    cause: 'What is kept there would not be sealed.',
    remedy: 'Create keys with `mcp-gatehouse keys generate --use storage`, and name their file.',
  }
  return [...risks, risk]
}

/** What names a part that stands elsewhere in the file, and does not. */
function missingParts({ connections, routes, storage, verifier }: GatewayFile): readonly Risk[] {
  const needsStorage: KeyPath[] = []
  if (connections !== undefined) needsStorage.push(['connections'])
  needsStorage.push(...apiKeysAt(verifier, []))
  routes.forEach((route, index) => {
    needsStorage.push(...apiKeysAt(route.verifier, ['routes', index]))
  })
  const risks = storage === undefined ? needsStorage.map(withoutStorage) : []
  if (connections !== undefined) return risks
  const without = routes.flatMap((route, index) =>
    route.connections === undefined ? [] : [withoutConnections(index)],
  )
  return [...risks, ...without]
}

function apiKeysAt(verifier: FileVerifier | undefined, at: KeyPath): readonly KeyPath[] {
  return verifier?.apiKeys === undefined ? [] : [[...at, 'verifier', 'apiKeys']]
}

function withoutStorage(path: KeyPath): Risk {
  return {
    path,
    rule: 'storage-missing',
    cause: 'There is no storage to keep this in.',
    remedy: 'Write storage, such as { url: sqlite:gatehouse.db, keys: .keys/storage.json }.',
  }
}

function withoutConnections(index: number): Risk {
  return {
    path: ['routes', index, 'connections'],
    rule: 'connections-missing',
    cause: 'No services are described that users could connect.',
    remedy: 'Write connections beside the routes, with the services that are named here.',
  }
}

function secretsIn(value: unknown, path: KeyPath): readonly Risk[] {
  if (Array.isArray(value)) return value.flatMap((item, index) => secretsIn(item, [...path, index]))
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([name, inner]) =>
    typeof inner === 'string' && SECRETS.has(name)
      ? [secretRisk([...path, name])]
      : secretsIn(inner, [...path, name]),
  )
}
