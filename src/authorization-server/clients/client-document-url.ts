import { checkRedirectUri } from '../../oauth/index.ts'

const MAX_LENGTH = 2_000

/**
 * Whether a `client_id` is the URL of a metadata document: https, with a path that is not just `/`,
 * in plain characters, without query, fragment, user information and dot segments.
 *
 * It does NOT say whether the host may be asked; that takes its addresses.
 *
 * @see draft-ietf-oauth-client-id-metadata-document §3
 */
export function isClientDocumentUrl(clientId: string): boolean {
  if (clientId.length > MAX_LENGTH || !clientId.startsWith('https://')) return false
  // What a redirect URI must not have, this must not have either.
  if (checkRedirectUri(clientId).kind !== 'https') return false
  return !clientId.includes('?') && new URL(clientId).pathname !== '/'
}
