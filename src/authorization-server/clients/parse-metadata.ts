import type {
  ClientMetadata,
  MetadataRules,
  MetadataVerdict,
  RawMetadata,
} from './client-metadata.ts'
import { faultOf } from './client-metadata.ts'
import { parseAuthentication } from './parse-authentication.ts'
import { parseDescription } from './parse-description.ts'
import { parseGrants } from './parse-grants.ts'
import { parseRedirects } from './parse-redirects.ts'

/**
 * Reads the metadata of a client, from a registration, a document or the configuration.
 *
 * Fields that are `null` or an empty string count as absent, since clients send them so. Unknown
 * fields, and those that this server does not act on, are left out whatever they hold.
 *
 * @returns The metadata with the defaults of this server, or the first fault. Never throws.
 * @see RFC 7591 §2
 */
export function parseMetadata(value: unknown, rules: MetadataRules): MetadataVerdict {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return faultOf('metadata', 'is not a JSON object')
  }
  const raw: RawMetadata = new Map(
    Object.entries(value).filter(
      ([, field]) => field !== undefined && field !== null && field !== '',
    ),
  )
  const grants = parseGrants(raw, rules)
  if (!grants.ok) return grants
  const redirects = parseRedirects(raw, rules, grants.fields.response_types.length > 0)
  if (!redirects.ok) return redirects
  const authentication = parseAuthentication(raw, rules, grants.fields.grant_types)
  if (!authentication.ok) return authentication
  const description = parseDescription(raw, rules)
  if (!description.ok) return description
  const metadata: ClientMetadata = {
    ...grants.fields,
    ...redirects.fields,
    ...authentication.fields,
    ...description.fields,
  }
  return { ok: true, metadata }
}
