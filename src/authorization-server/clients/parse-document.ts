import { isObject } from '../../runtime/index.ts'
import type { ClientMetadata, MetadataRules } from './client-metadata.ts'
import { parseMetadata } from './parse-metadata.ts'

/** A document that can be used, or why not: a word for the operator. */
export type DocumentVerdict =
  | { readonly ok: true; readonly metadata: ClientMetadata }
  | { readonly ok: false; readonly reason: string }

const SECRET_FIELDS = ['client_secret', 'client_secret_expires_at']
const decoder = new TextDecoder('utf-8', { fatal: true })

/**
 * Reads a client id metadata document.
 *
 * `client_id` is compared as a string with the URL it was read from, `client_name` and
 * `redirect_uris` are required as MCP has it, and there can be no shared secret, since everybody can
 * read the document. It does NOT check the answer that the document came in.
 *
 * @see draft-ietf-oauth-client-id-metadata-document §4 and §4.1
 */
export function parseDocument(
  body: Uint8Array,
  clientId: string,
  rules: MetadataRules,
): DocumentVerdict {
  const document = parseJson(body)
  if (!isObject(document)) return refused('not-json')
  if (document['client_id'] !== clientId) return refused('client_id')
  if (SECRET_FIELDS.some((field) => Object.hasOwn(document, field))) return refused('client_secret')
  const verdict = parseMetadata(document, {
    ...rules,
    authMethods: rules.authMethods.filter((method) => !method.startsWith('client_secret')),
    privilegedGrantTypes: new Set(),
    unprivileged: 'drop',
    // One document is for all servers: with those that bind no tokens it says nothing (RFC 7591 §2).
    unbindable: 'drop',
    redirects: 'any',
    allowHttpLinks: false,
  })
  if (!verdict.ok) return refused(verdict.field)
  return verdict.metadata.client_name === undefined ? refused('client_name') : verdict
}

function parseJson(body: Uint8Array): unknown {
  try {
    return JSON.parse(decoder.decode(body))
  } catch {
    return undefined
  }
}

function refused(reason: string): DocumentVerdict {
  return { ok: false, reason }
}

/** The names of the fields in which two documents of one client differ. */
export function changedFields(before: ClientMetadata, after: ClientMetadata): readonly string[] {
  const old = new Map<string, unknown>(Object.entries(before))
  const now = new Map<string, unknown>(Object.entries(after))
  return [...new Set([...old.keys(), ...now.keys()])]
    .filter((name) => JSON.stringify(old.get(name)) !== JSON.stringify(now.get(name)))
    .toSorted()
}
