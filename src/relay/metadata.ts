import type { ServerMetadata } from 'openid-client'
import type { RelaySettings } from './options/index.ts'

/**
 * Fields of the upstream that would say something wrong about the relay: endpoints that it does not
 * have, proofs and requests that it does not take, and the signed form, which wins over the rest.
 */
const LEFT_OUT: ReadonlySet<string> = new Set([
  'backchannel_authentication_endpoint',
  'backchannel_logout_supported',
  'check_session_iframe',
  'claims_parameter_supported',
  'client_id_metadata_document_supported',
  'device_authorization_endpoint',
  'dpop_signing_alg_values_supported',
  'end_session_endpoint',
  'frontchannel_logout_supported',
  'introspection_endpoint',
  'mtls_endpoint_aliases',
  'pushed_authorization_request_endpoint',
  'registration_endpoint',
  'request_object_signing_alg_values_supported',
  'request_parameter_supported',
  'request_uri_parameter_supported',
  'require_pushed_authorization_requests',
  'require_request_uri_registration',
  'require_signed_request_object',
  'revocation_endpoint',
  'signed_metadata',
  'tls_client_certificate_bound_access_tokens',
])
const AUTHENTICATION = /^(?:token|introspection|revocation)_endpoint_auth_/

/**
 * The metadata of the relay (RFC 8414 §2): the upstream's, with every field that is not known here, and
 * with our issuer, our endpoints and what those do.
 */
export function buildMetadata(
  upstream: ServerMetadata,
  { issuer, scopes, registration, ...settings }: RelaySettings,
): Readonly<Record<string, unknown>> {
  const base = `${settings.issuerUrl.origin}${settings.mountPath}`
  const kept = Object.entries(upstream).filter(
    ([name, value]) =>
      !LEFT_OUT.has(name) && !AUTHENTICATION.test(name) && typeof value !== 'function',
  )
  const canRevoke = upstream.revocation_endpoint !== undefined
  return {
    ...Object.fromEntries(kept),
    issuer,
    authorization_endpoint: `${base}/authorize`,
    token_endpoint: `${base}/token`,
    ...(registration !== 'off' && { registration_endpoint: `${base}/register` }),
    ...(canRevoke && {
      revocation_endpoint: `${base}/revoke`,
      revocation_endpoint_auth_methods_supported: ['none'],
    }),
    scopes_supported: [...scopes.keys()],
    response_types_supported: ['code'],
    response_modes_supported: ['query'],
    grant_types_supported: ['authorization_code', 'refresh_token'],
    token_endpoint_auth_methods_supported: ['none'],
    code_challenge_methods_supported: ['S256'],
    authorization_response_iss_parameter_supported: true,
  }
}
