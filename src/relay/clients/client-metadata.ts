import {
  checkRedirectUri,
  describeRedirectUriFault,
  isDocument,
  sanitizeClientName,
} from '../../oauth/index.ts'
import { isStringList } from '../../runtime/index.ts'

/** What is kept of a registration (RFC 7591 §2). */
export interface ClientMetadata {
  readonly clientName: string | undefined
  readonly redirectUris: readonly string[]
}

/** The metadata of a client, or what is wrong, for the client: texts that repeat no value. */
export type MetadataVerdict =
  | { readonly ok: true; readonly metadata: ClientMetadata }
  | {
      readonly ok: false
      readonly error: 'invalid_client_metadata' | 'invalid_redirect_uri'
      readonly field: string
      readonly description: string
    }

/** Whose registrations are taken. */
export interface MetadataRules {
  readonly registration: 'open' | 'loopback' | 'off'
  readonly privateUseSchemes: ReadonlySet<string>
}

const MAX_REDIRECT_URIS = 50

/**
 * Reads a registration. What a relay does not act on is left out, whatever it holds: every client is
 * a public one with codes and refresh tokens, also one that asks to authenticate with a secret.
 */
export function parseClientMetadata(value: unknown, rules: MetadataRules): MetadataVerdict {
  if (!isDocument(value)) return fault('metadata', 'is not a JSON object')
  const { client_name: name = '', redirect_uris: uris, response_types: types } = value
  if (!isStringList(uris) || uris.length === 0 || uris.length > MAX_REDIRECT_URIS) {
    return fault('redirect_uris', `is not a list of 1 to ${MAX_REDIRECT_URIS} strings`)
  }
  for (const uri of uris) {
    const problem = problemOf(uri, rules)
    if (problem !== undefined) return fault('redirect_uris', `has one that ${problem}`)
  }
  if (types !== undefined && types !== null && !(isStringList(types) && types.includes('code'))) {
    return fault('response_types', 'does not have code')
  }
  if (typeof name !== 'string') return fault('client_name', 'is not a string')
  return {
    ok: true,
    metadata: { clientName: sanitizeClientName(name), redirectUris: [...new Set(uris)] },
  }
}

function problemOf(uri: string, rules: MetadataRules): string | undefined {
  const verdict = checkRedirectUri(uri, rules.privateUseSchemes)
  if (verdict.kind === 'refused') return describeRedirectUriFault(verdict.fault)
  return rules.registration === 'loopback' && verdict.kind !== 'loopback'
    ? 'is not on a loopback address, which this server is only open for'
    : undefined
}

function fault(field: string, problem: string): MetadataVerdict {
  const error = field === 'redirect_uris' ? 'invalid_redirect_uri' : 'invalid_client_metadata'
  return { ok: false, error, field, description: `${field} ${problem}` }
}
