import { parseStrictObject } from '../../verifiers/index.ts'
import type { ClientMetadata, MetadataRules } from './client-metadata.ts'
import { JWT_BEARER } from './grant-types.ts'
import { parseMetadata } from './parse-metadata.ts'

/** A document that can be used, or why not: a word for the operator. */
export type DocumentVerdict =
  | { readonly ok: true; readonly metadata: ClientMetadata }
  | { readonly ok: false; readonly reason: string }

const SECRET_FIELDS = ['client_secret', 'client_secret_expires_at']

/**
 * Reads a client id metadata document.
 *
 * `client_id` is compared as a string with the URL it was read from, `client_name` and
 * `redirect_uris` are required as MCP has it, and there can be no shared secret, since everybody can
 * read the document. A member that stands twice is refused: who else reads the document could take the
 * other one. It does NOT check the answer that the document came in.
 *
 * @see draft-ietf-oauth-client-id-metadata-document §4 and §4.1
 */
export function parseDocument(
  body: Uint8Array,
  clientId: string,
  rules: MetadataRules,
): DocumentVerdict {
  const document = parseStrictObject(body)
  if (document === undefined) return refused('not-json')
  if (document['client_id'] !== clientId) return refused('client_id')
  if (SECRET_FIELDS.some((field) => Object.hasOwn(document, field))) return refused('client_secret')
  const verdict = parseMetadata(document, {
    ...rules,
    authMethods: rules.authMethods.filter((method) => !method.startsWith('client_secret')),
    privilegedGrantTypes: new Set(mayRedeemAssertions(document, rules) ? [JWT_BEARER] : []),
    unprivileged: 'drop',
    // One document is for all servers: with those that bind no tokens it says nothing (RFC 7591 §2).
    unbindable: 'drop',
    redirects: 'any',
    allowHttpLinks: false,
  })
  if (!verdict.ok) return refused(verdict.field)
  return verdict.metadata.client_name === undefined ? refused('client_name') : verdict
}

/** The assertion names the client, whose keys are in the document that its id leads to. */
function mayRedeemAssertions(
  document: Readonly<Record<string, unknown>>,
  { takesIdentityAssertions }: MetadataRules,
): boolean {
  return takesIdentityAssertions && document['token_endpoint_auth_method'] === 'private_key_jwt'
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
