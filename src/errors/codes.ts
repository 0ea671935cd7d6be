/**
 * Every code that an error of this package can carry, and what the operator does about it.
 *
 * This table is the single source: `docs/errors.md` is generated from it, and
 * `test/pins/error-codes.test.ts` fails when a code is renamed or has no remedy.
 *
 * @module
 */

/** How one code is explained to the person who has to fix it. */
export interface ErrorCodeEntry {
  /** What went wrong, as one sentence in the present tense. */
  readonly cause: string
  /** What to change, as one imperative sentence. */
  readonly remedy: string
}

/** A stable code; compare with this instead of with the message. */
export type ErrorCode =
  | 'ERR_CONFIG_ALGORITHM_UNSUPPORTED'
  | 'ERR_CONFIG_ALGORITHMS_MIXED'
  | 'ERR_CONFIG_CREDENTIALS_WITH_ANY_ORIGIN'
  | 'ERR_CONFIG_HOST_INVALID'
  | 'ERR_CONFIG_ISSUER_DUPLICATE'
  | 'ERR_CONFIG_ISSUER_INVALID'
  | 'ERR_CONFIG_METADATA_FIELD'
  | 'ERR_CONFIG_NO_ASYNC_CONTEXT'
  | 'ERR_CONFIG_NO_AUTHORIZATION_SERVER'
  | 'ERR_CONFIG_NOT_A_STRING'
  | 'ERR_CONFIG_NOT_HTTPS'
  | 'ERR_CONFIG_NOT_LOOPBACK'
  | 'ERR_CONFIG_NUMBER_RANGE'
  | 'ERR_CONFIG_OPTION_TYPE'
  | 'ERR_CONFIG_OPTION_UNKNOWN'
  | 'ERR_CONFIG_OPTIONS_CONFLICT'
  | 'ERR_CONFIG_ORIGIN_INVALID'
  | 'ERR_CONFIG_PATH_INVALID'
  | 'ERR_CONFIG_PEER_MISSING'
  | 'ERR_CONFIG_RESOURCE_INVALID'
  | 'ERR_CONFIG_SCOPE_INVALID'
  | 'ERR_CONFIG_SECRET_TOO_SHORT'
  | 'ERR_CONFIG_SERVER_METADATA'
  | 'ERR_CONFIG_TRUSTED_PROXY'
  | 'ERR_UPSTREAM_ISSUER_MISMATCH'
  | 'ERR_UPSTREAM_JWKS_INVALID'
  | 'ERR_UPSTREAM_JWKS_PRIVATE_MATERIAL'
  | 'ERR_UPSTREAM_METADATA_INVALID'
  | 'ERR_UPSTREAM_METADATA_NOT_FOUND'
  | 'ERR_UPSTREAM_NOT_JSON'
  | 'ERR_UPSTREAM_REDIRECT'
  | 'ERR_UPSTREAM_STATUS'
  | 'ERR_UPSTREAM_TIMEOUT'
  | 'ERR_UPSTREAM_TOO_LARGE'
  | 'ERR_UPSTREAM_UNREACHABLE'
  | 'ERR_UPSTREAM_VERIFIER'

export const ERROR_CODES: Readonly<Record<ErrorCode, ErrorCodeEntry>> = {
  ERR_CONFIG_ALGORITHM_UNSUPPORTED: {
    cause: 'The signature algorithm is not one that access tokens may use (RFC 8725 §3.2).',
    remedy: 'List asymmetric JWS algorithms such as ES256 or RS256, or HS256 beside a `secret`.',
  },
  ERR_CONFIG_ALGORITHMS_MIXED: {
    cause:
      'A shared secret stands beside public keys, which lets a public key pass for a secret (RFC 8725 §2.1).',
    remedy: 'Give an issuer either a `secret` with HS* algorithms or a JWKS, never both.',
  },
  ERR_CONFIG_CREDENTIALS_WITH_ANY_ORIGIN: {
    cause:
      'Every origin is allowed together with credentials, so any website could act for a signed-in user.',
    remedy: 'List the origins by name, or leave `allowCredentials` out.',
  },
  ERR_CONFIG_HOST_INVALID: {
    cause: 'The value is not a host name with an optional port (RFC 9110 §4.2).',
    remedy: 'Write it as it stands in the Host header, such as mcp.example.com or localhost:3000.',
  },
  ERR_CONFIG_ISSUER_DUPLICATE: {
    cause: 'The same issuer is listed twice.',
    remedy: 'Keep one entry per issuer identifier.',
  },
  ERR_CONFIG_ISSUER_INVALID: {
    cause: 'The issuer identifier is not an absolute URL without query and fragment (RFC 8414 §2).',
    remedy: 'Copy `issuer` from the metadata of the authorization server, character by character.',
  },
  ERR_CONFIG_METADATA_FIELD: {
    cause:
      'A field of the protected resource metadata contradicts what this server does (RFC 9728 §2).',
    remedy: 'Leave the field out; set the option that the message names instead.',
  },
  ERR_CONFIG_NO_ASYNC_CONTEXT: {
    cause: 'This runtime has no AsyncLocalStorage.',
    remedy:
      'Read the caller from the `authInfo` of the MCP handler, or switch on the Node.js compatibility of the runtime.',
  },
  ERR_CONFIG_NO_AUTHORIZATION_SERVER: {
    cause:
      'No authorization server is configured, so no token could ever be accepted (RFC 9728 §2).',
    remedy: 'List the issuer identifier of at least one authorization server.',
  },
  ERR_CONFIG_NOT_A_STRING: {
    cause:
      'A value that tokens are compared with is not a non-empty string; patterns are not supported (RFC 8725 §3.8).',
    remedy: 'List each accepted value as a string.',
  },
  ERR_CONFIG_NOT_HTTPS: {
    cause: 'The URL does not use the https scheme (RFC 8414 §2, RFC 9728 §1.2).',
    remedy:
      'Use an https URL; for development on a loopback address pass `allowInsecureLoopback: true`.',
  },
  ERR_CONFIG_NOT_LOOPBACK: {
    cause:
      'The host is not a loopback address, and what is for tests must not be reachable from another machine.',
    remedy: 'Use 127.0.0.1, ::1 or localhost.',
  },
  ERR_CONFIG_NUMBER_RANGE: {
    cause: 'The number is outside its range.',
    remedy: 'Use a value within the range that the message names.',
  },
  ERR_CONFIG_OPTION_TYPE: {
    cause: 'The option has a value of another type than documented.',
    remedy: 'Pass the type that the message names.',
  },
  ERR_CONFIG_OPTION_UNKNOWN: {
    cause: 'The option does not exist, so it would have no effect.',
    remedy: 'Check the spelling, or remove it.',
  },
  ERR_CONFIG_OPTIONS_CONFLICT: {
    cause: 'Two options exclude each other.',
    remedy: 'Keep the one that you mean.',
  },
  ERR_CONFIG_ORIGIN_INVALID: {
    cause: 'The value is not a web origin (RFC 6454 §6.1).',
    remedy: 'Write scheme, host and port without a path, such as https://app.example.com.',
  },
  ERR_CONFIG_PATH_INVALID: {
    cause: 'A path is not exact and normalised.',
    remedy: 'Start it with "/", and use no "..", "//", "%", "?", "#" or patterns.',
  },
  ERR_CONFIG_PEER_MISSING: {
    cause: 'An optional peer dependency that is needed here cannot be loaded.',
    remedy: 'Install it with `npm install --save-dev` and its name.',
  },
  ERR_CONFIG_RESOURCE_INVALID: {
    cause:
      'The resource identifier is not an absolute URL without fragment and user information (RFC 8707 §2).',
    remedy: 'Use the public URL of the MCP endpoint, such as https://mcp.example.com/mcp.',
  },
  ERR_CONFIG_SCOPE_INVALID: {
    cause: 'The scope breaks the grammar of a scope-token (RFC 6749 §3.3).',
    remedy: 'Use printable ASCII without spaces, quotes and backslashes; one scope per string.',
  },
  ERR_CONFIG_SECRET_TOO_SHORT: {
    cause:
      'The shared secret is missing or shorter than the hash of its algorithm (RFC 7518 §3.2).',
    remedy:
      'Use at least 32 random bytes for HS256, 48 for HS384, 64 for HS512; better an issuer with asymmetric keys.',
  },
  ERR_CONFIG_SERVER_METADATA: {
    cause: 'The metadata document given in the options cannot be used (RFC 8414 §2).',
    remedy: 'Correct the document, or leave it out and let it be discovered.',
  },
  ERR_CONFIG_TRUSTED_PROXY: {
    cause: 'The trusted proxies are not a number of hops from 1 to 16.',
    remedy: 'Set `trustedProxyHops` to the number of reverse proxies in front of this process.',
  },
  ERR_UPSTREAM_ISSUER_MISMATCH: {
    cause: 'The metadata names another issuer than the configured one (RFC 8414 §3.3).',
    remedy: 'Configure the issuer exactly as the document states it, the trailing slash included.',
  },
  ERR_UPSTREAM_JWKS_INVALID: {
    cause: 'The document is not a JSON Web Key Set with at most 100 keys (RFC 7517 §5).',
    remedy: 'Check `jwks_uri` in the metadata of the authorization server.',
  },
  ERR_UPSTREAM_JWKS_PRIVATE_MATERIAL: {
    cause: 'The published key set contains private or symmetric keys (RFC 7517 §9.2).',
    remedy: 'Treat these keys as compromised: replace them at the authorization server at once.',
  },
  ERR_UPSTREAM_METADATA_INVALID: {
    cause:
      'The metadata of the authorization server lacks what is needed to verify its tokens (RFC 8414 §2).',
    remedy: 'Run `checkServerMetadata` on the document, or patch it with `transformMetadata`.',
  },
  ERR_UPSTREAM_METADATA_NOT_FOUND: {
    cause:
      'None of the well-known locations answered with a metadata document (RFC 8414 §3, OpenID Connect Discovery §4).',
    remedy: 'Check the issuer, or set `metadataUrl` or `jwksUri` for it.',
  },
  ERR_UPSTREAM_NOT_JSON: {
    cause: 'The answer is not a JSON object.',
    remedy: 'Check that the URL is the document itself and not a page about it.',
  },
  ERR_UPSTREAM_REDIRECT: {
    cause:
      'The answer is a redirect, which is not followed (it could lead to an internal address).',
    remedy: 'Configure the final URL.',
  },
  ERR_UPSTREAM_STATUS: {
    cause: 'The answer has a status other than 200.',
    remedy: 'Check the URL and the health of the authorization server.',
  },
  ERR_UPSTREAM_TIMEOUT: {
    cause: 'The answer did not arrive within the time limit.',
    remedy: 'Check the network path to the authorization server.',
  },
  ERR_UPSTREAM_TOO_LARGE: {
    cause: 'The answer exceeds the size limit.',
    remedy: 'Check that the URL is the document itself.',
  },
  ERR_UPSTREAM_UNREACHABLE: {
    cause: 'The authorization server cannot be reached.',
    remedy: 'Check DNS, TLS and the network path from this process.',
  },
  ERR_UPSTREAM_VERIFIER: {
    cause: 'The token verifier failed for another reason than the token.',
    remedy:
      'See `cause`; a verifier refuses a token by a value and throws only when it cannot tell.',
  },
}
