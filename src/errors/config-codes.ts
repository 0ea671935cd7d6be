import type { ErrorCodeEntry } from './code-entry.ts'

/** The codes of a `ConfigError`. */
export type ConfigErrorCode =
  | 'ERR_CONFIG_ALGORITHMS_MIXED'
  | 'ERR_CONFIG_ALGORITHM_UNSUPPORTED'
  | 'ERR_CONFIG_CLIENT'
  | 'ERR_CONFIG_CLIENT_DOMAIN'
  | 'ERR_CONFIG_CONSENT_OFF'
  | 'ERR_CONFIG_AUDIENCE_UNPROVEN'
  | 'ERR_CONFIG_AUTHORIZATION_PARAMETER'
  | 'ERR_CONFIG_CREDENTIALS_WITH_ANY_ORIGIN'
  | 'ERR_CONFIG_EGRESS_PROXY'
  | 'ERR_CONFIG_ENVIRONMENT'
  | 'ERR_CONFIG_FORWARDED_HEADER'
  | 'ERR_CONFIG_HOST_INVALID'
  | 'ERR_CONFIG_ISSUER_DUPLICATE'
  | 'ERR_CONFIG_ISSUER_INVALID'
  | 'ERR_CONFIG_KEY_FILE'
  | 'ERR_CONFIG_KEY_INVALID'
  | 'ERR_CONFIG_METADATA_FIELD'
  | 'ERR_CONFIG_NOT_A_STRING'
  | 'ERR_CONFIG_NOT_HTTPS'
  | 'ERR_CONFIG_NOT_LOOPBACK'
  | 'ERR_CONFIG_NO_ASYNC_CONTEXT'
  | 'ERR_CONFIG_NO_AUTHORIZATION_SERVER'
  | 'ERR_CONFIG_NUMBER_RANGE'
  | 'ERR_CONFIG_OPTIONS_CONFLICT'
  | 'ERR_CONFIG_OPTION_TYPE'
  | 'ERR_CONFIG_OPTION_UNKNOWN'
  | 'ERR_CONFIG_ORIGIN_INVALID'
  | 'ERR_CONFIG_PATH_INVALID'
  | 'ERR_CONFIG_PEER_MISSING'
  | 'ERR_CONFIG_PROVIDER_OPTION'
  | 'ERR_CONFIG_REDIRECT_SCHEME'
  | 'ERR_CONFIG_RELAY_AUDIENCE'
  | 'ERR_CONFIG_RESOURCE_INVALID'
  | 'ERR_CONFIG_SCOPE_INVALID'
  | 'ERR_CONFIG_SECRET_TOO_SHORT'
  | 'ERR_CONFIG_SERVER_METADATA'
  | 'ERR_CONFIG_SERVICE_NAME'
  | 'ERR_CONFIG_SERVICE_UNKNOWN'
  | 'ERR_CONFIG_STORAGE_KEY'
  | 'ERR_CONFIG_STORAGE_POLICY'
  | 'ERR_CONFIG_STORAGE_SCHEMA'
  | 'ERR_CONFIG_STORAGE_UNSEALED'
  | 'ERR_CONFIG_STORAGE_URL'
  | 'ERR_CONFIG_TENANT_DELETED'
  | 'ERR_CONFIG_TENANT_ID'
  | 'ERR_CONFIG_TENANT_UNKNOWN'
  | 'ERR_CONFIG_TLS_UNVERIFIED'
  | 'ERR_CONFIG_TRUSTED_PROXY'

export const CONFIG_ERROR_CODES: Readonly<Record<ConfigErrorCode, ErrorCodeEntry>> = {
  ERR_CONFIG_ALGORITHMS_MIXED: {
    cause:
      'A shared secret stands beside public keys, which lets a public key pass for a secret (RFC 8725 §2.1).',
    remedy: 'Give an issuer either a `secret` with HS* algorithms or a JWKS, never both.',
  },
  ERR_CONFIG_ALGORITHM_UNSUPPORTED: {
    cause: 'The signature algorithm is not one that access tokens may use (RFC 8725 §3.2).',
    remedy: 'List asymmetric JWS algorithms such as ES256 or RS256, or HS256 beside a `secret`.',
  },
  ERR_CONFIG_CONSENT_OFF: {
    cause:
      'Without a consent page, whoever makes a link can sign users in to a client of their own (MCP security best practices, "Confused Deputy").',
    remedy:
      'Leave `consent.page` out; where somebody approves every client before it gets here, set `iOwnConsentElsewhere: true`.',
  },
  ERR_CONFIG_CLIENT: {
    cause: 'The configured client could not sign anybody in, or not safely.',
    remedy: 'Change what the message names; it is a field of RFC 7591 §2.',
  },
  ERR_CONFIG_CLIENT_DOMAIN: {
    cause: 'The value is not a domain that client metadata documents can be trusted by.',
    remedy: 'Write a host name such as app.example.com, or *.example.com for all names below it.',
  },
  ERR_CONFIG_AUDIENCE_UNPROVEN: {
    cause:
      'A userinfo endpoint answers for the tokens of every client, so that any of them would get in here (RFC 9700 §2.3).',
    remedy:
      'Give `provesAudience`, which finds out whether the token was issued for this server; or use `introspectionVerifier`.',
  },
  ERR_CONFIG_AUTHORIZATION_PARAMETER: {
    cause: 'The parameter of the authorization request is one that this server sets itself.',
    remedy:
      'Remove it; scopes, audience and client have options of their own, and the rest is never configured.',
  },
  ERR_CONFIG_CREDENTIALS_WITH_ANY_ORIGIN: {
    cause:
      'Every origin is allowed together with credentials, so any website could act for a signed-in user.',
    remedy: 'List the origins by name, or leave `allowCredentials` out.',
  },
  ERR_CONFIG_EGRESS_PROXY: {
    cause: 'The egress proxy is not an http: URL without a path.',
    remedy:
      'Write it as http://proxy.example.com:3128, with user information where it asks for it.',
  },
  ERR_CONFIG_ENVIRONMENT: {
    cause: 'The environment variable is missing, cannot be read, or contradicts another one.',
    remedy:
      'Set what the message names as the table in docs/protect.md has it, or unset the one that is left over.',
  },
  ERR_CONFIG_FORWARDED_HEADER: {
    cause:
      'The header field is not one that may go on to another request (MCP authorization, "Token Passthrough"; RFC 9110 §7.6.1).',
    remedy:
      'Leave it out of `headers`; for `authorization`, the API must ask for tokens of the same audience, stated as `audience`.',
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
  ERR_CONFIG_KEY_FILE: {
    cause:
      'The key file is missing, empty, not a JSON Web Key Set, or readable by others than its owner.',
    remedy: 'Create it with `mcp-gatehouse keys generate`, and keep its mode 0600.',
  },
  ERR_CONFIG_KEY_INVALID: {
    cause: 'The key is of another kind, size or use than this key ring needs (RFC 7517, RFC 7518).',
    remedy: 'Create keys with `mcp-gatehouse keys generate`.',
  },
  ERR_CONFIG_METADATA_FIELD: {
    cause:
      'A field of the protected resource metadata contradicts what this server does (RFC 9728 §2).',
    remedy: 'Leave the field out; set the option that the message names instead.',
  },
  ERR_CONFIG_NOT_A_STRING: {
    cause:
      'The value is missing, empty or not a string. Patterns are not taken: tokens are compared with exact values (RFC 8725 §3.8).',
    remedy:
      'Write it as a string, and each of several by itself. Where it comes from the environment, set the variable.',
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
  ERR_CONFIG_NUMBER_RANGE: {
    cause: 'The number is outside its range.',
    remedy: 'Use a value within the range that the message names.',
  },
  ERR_CONFIG_OPTIONS_CONFLICT: {
    cause: 'Two options exclude each other.',
    remedy: 'Keep the one that you mean.',
  },
  ERR_CONFIG_OPTION_TYPE: {
    cause: 'The option has a value of another type than documented.',
    remedy: 'Pass the type that the message names.',
  },
  ERR_CONFIG_OPTION_UNKNOWN: {
    cause: 'The option does not exist, so it would have no effect.',
    remedy: 'Check the spelling, or remove it.',
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
    remedy: 'Install it beside this package: `npm install` and the name before the colon.',
  },
  ERR_CONFIG_PROVIDER_OPTION: {
    cause: 'An option of a provider is missing, or cannot be what it asks for.',
    remedy:
      'Copy the value from the console of the provider: its page in docs/providers says from where.',
  },
  ERR_CONFIG_REDIRECT_SCHEME: {
    cause:
      'The scheme is not one that belongs to an app; browsers or systems act on it themselves (RFC 8252 §7.1).',
    remedy:
      'List schemes of apps in lower case and without the colon, such as cursor or com.example.app.',
  },
  ERR_CONFIG_RELAY_AUDIENCE: {
    cause:
      'Nothing says that the tokens of the upstream are for this resource, so that a token for any other API would be handed out and accepted (RFC 9700 §2.3).',
    remedy:
      'Set `upstream.audience` to a value of `tokens.audience`; or state what puts the audience into tokens as `audienceFrom`; or use `createAuthorizationServer`.',
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
  ERR_CONFIG_SERVICE_NAME: {
    cause: 'The name cannot stand in an address, a form and a tool (it is no plain word).',
    remedy:
      'Services: 1 to 40 of a-z, 0-9, `-` and `_`; fields: of letters, digits and `_`. Both begin with a letter.',
  },
  ERR_CONFIG_SERVICE_UNKNOWN: {
    cause: 'No service has this name.',
    remedy: 'Use a key of `services` of `createConnections`.',
  },
  ERR_CONFIG_STORAGE_KEY: {
    cause:
      'The storage holds records that were sealed with a key that is not in the key ring; nothing was changed.',
    remedy: 'Put the named key back into the key ring as a previous key.',
  },
  ERR_CONFIG_STORAGE_POLICY: {
    cause: 'The server may evict records before they expire (`maxmemory-policy`).',
    remedy: 'Set `maxmemory-policy noeviction`, or use SQLite or PostgreSQL.',
  },
  ERR_CONFIG_STORAGE_SCHEMA: {
    cause: 'A newer release has changed the storage so that this one cannot work with it.',
    remedy: 'Start that release, or restore a backup that this one has made.',
  },
  ERR_CONFIG_STORAGE_UNSEALED: {
    cause: 'The store outlives the process, and its records are not sealed.',
    remedy:
      'Create a key with `mcp-gatehouse keys storage`, and use what `sealed` makes of the store and its key ring.',
  },
  ERR_CONFIG_STORAGE_URL: {
    cause: 'The text names no storage.',
    remedy:
      'Use `memory:`, `sqlite:./gatehouse.db`, `redis://host:6379` or `postgres://host/database`.',
  },
  ERR_CONFIG_TENANT_DELETED: {
    cause:
      'A tenant of this id was removed, and tokens that it was given could be good for a new one.',
    remedy: 'Take another id, or wait two days from the removal on.',
  },
  ERR_CONFIG_TENANT_ID: {
    cause: 'The id of the tenant is none that can stand in a host name, a path and a key as it is.',
    remedy:
      'Use 1 to 63 lower-case letters a–z, digits and hyphens, a hyphen neither first nor last.',
  },
  ERR_CONFIG_TENANT_UNKNOWN: {
    cause: 'The tenant has no options: `options` of `createTenants` gave none for its id.',
    remedy: 'Let `options` give them before the tenant is added, or `remove` the tenant.',
  },
  ERR_CONFIG_TLS_UNVERIFIED: {
    cause:
      'The environment turns the verification of TLS certificates off, for every connection of this process.',
    remedy:
      'Unset NODE_TLS_REJECT_UNAUTHORIZED; trust a certificate authority of your own with NODE_EXTRA_CA_CERTS.',
  },
  ERR_CONFIG_TRUSTED_PROXY: {
    cause: 'The trusted proxies are not a number of hops from 1 to 16.',
    remedy: 'Set `trustedProxyHops` to the number of reverse proxies in front of this process.',
  },
}
