import { hash } from 'node:crypto'

const SHOWN_OR_TRUSTED = [
  'application_type',
  'client_id',
  'client_name',
  'client_uri',
  'grant_types',
  'jwks',
  'jwks_uri',
  'logo_uri',
  'policy_uri',
  'redirect_uris',
  'token_endpoint_auth_method',
  'tos_uri',
]

/**
 * A digest of what a user approves about a client, for an approval to be bound to: an approval of
 * another digest is none (draft-ietf-oauth-client-id-metadata-document, "Changes in Client Metadata").
 *
 * @param metadata In the names of RFC 7591, as `client.metadata()` gives it.
 * @returns 43 characters of base64url.
 */
export function hashClientMetadata(metadata: Readonly<Record<string, unknown>>): string {
  const fields = SHOWN_OR_TRUSTED.map((name) => [name, metadata[name] ?? null])
  return hash('sha256', JSON.stringify(fields), 'base64url')
}
