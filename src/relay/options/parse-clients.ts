import {
  checkRedirectUri,
  describeRedirectUriFault,
  sanitizeClientName,
} from '../../oauth/index.ts'
import { configError, requireKnownOptions, requireType } from '../../options/index.ts'
import type { RelayClientOptions } from './options.ts'
import type { RelayClient } from './settings.ts'

const KNOWN: readonly string[] = [
  'clientId',
  'clientName',
  'fixedPort',
  'redirectUris',
] satisfies (keyof RelayClientOptions)[]
const CLIENT_ID = /^[\x21-\x7E]{1,200}$/

/** @throws {ConfigError} `ERR_CONFIG_CLIENT`, `ERR_CONFIG_OPTION_UNKNOWN`, `ERR_CONFIG_OPTION_TYPE` */
export function parseClients(
  clients: readonly RelayClientOptions[] = [],
  privateUseSchemes: ReadonlySet<string>,
): ReadonlyMap<string, RelayClient> {
  requireType(Array.isArray(clients), 'clients', 'an array')
  const known = new Map<string, RelayClient>()
  for (const [index, options] of clients.entries()) {
    const path = `clients[${index}]`
    requireKnownOptions(options, KNOWN, path)
    const client = parseClient(options, path, privateUseSchemes)
    if (known.has(client.clientId)) throw wrong(path, 'clientId is that of another client')
    known.set(client.clientId, client)
  }
  return known
}

function parseClient(
  { clientId, clientName, redirectUris, fixedPort = false }: RelayClientOptions,
  path: string,
  privateUseSchemes: ReadonlySet<string>,
): RelayClient {
  if (typeof clientId !== 'string' || !CLIENT_ID.test(clientId)) {
    throw wrong(path, 'clientId is not a text of printable ASCII characters')
  }
  requireType(typeof fixedPort === 'boolean', `${path}.fixedPort`, 'a boolean')
  requireType(
    clientName === undefined || typeof clientName === 'string',
    `${path}.clientName`,
    'a string',
  )
  if (!Array.isArray(redirectUris) || redirectUris.length === 0) {
    throw wrong(path, 'redirectUris is not a list with a redirect URI')
  }
  for (const uri of redirectUris) {
    const verdict = checkRedirectUri(uri, privateUseSchemes)
    if (verdict.kind !== 'refused') continue
    throw wrong(path, `redirectUris has one that ${describeRedirectUriFault(verdict.fault)}`)
  }
  const name = clientName === undefined ? undefined : sanitizeClientName(clientName)
  return { clientId, clientName: name, redirectUris, fixedPort }
}

function wrong(path: string, problem: string): Error {
  return configError('ERR_CONFIG_CLIENT', `${path}: ${problem}`)
}
