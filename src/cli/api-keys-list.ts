import type { ApiKey } from '../verifiers/index.ts'
import { ACCESS_OPTIONS, withApiKeys } from './api-keys-access.ts'
import type { Command } from './command.ts'
import { formatDuration, formatInstant, formatTable, paint } from './format.ts'

const HEAD = ['ID', 'NAME', 'CLIENT', 'SCOPES', 'STATE', 'EXPIRES', 'LAST USED']

export const apiKeysList: Command = {
  name: 'api-keys list',
  summary: 'Show the API keys of a resource, without the keys themselves',
  options: ACCESS_OPTIONS,
  details: [
    'The oldest key comes first. Keys that have expired or were revoked are shown until 30 days',
    'after their expiry. The last use is noted once a minute.',
  ],
  async run(options, io) {
    const keys = await withApiKeys(options, io, (apiKeys) => apiKeys.list())
    const json = { keys }
    if (keys.length === 0) return { json, lines: ['There are no API keys for this resource.'] }
    const rows = keys.map((key) => rowOf(key, io.now()))
    const [head = '', ...lines] = formatTable([HEAD, ...rows])
    return { json, lines: [paint(io, 'bold', head), ...lines] }
  },
}

function rowOf(key: ApiKey, now: number): readonly string[] {
  const { keyId, name, clientId, subject, scopes, expiresAt, lastUsedAt } = key
  const caller = clientId === keyId ? '-' : clientId
  return [
    keyId,
    name,
    subject === undefined ? caller : `${caller} for ${subject}`,
    scopes.join(' ') || '-',
    stateOf(key, now),
    formatInstant(expiresAt),
    lastUsedAt === undefined ? 'never' : `${formatDuration(now - lastUsedAt)} ago`,
  ]
}

function stateOf({ revokedAt, expiresAt }: ApiKey, now: number): string {
  if (revokedAt !== undefined) return 'revoked'
  return now < expiresAt ? 'active' : 'expired'
}
