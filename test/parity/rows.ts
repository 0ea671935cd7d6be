import { RELAY_ROWS } from './relay-rows.ts'

/**
 * What the five systems say that they do, row by row: systems 2, 3 and 5, of system 1 the
 * third-party credentials, of system 4 what `forwardHeaders` is for, and of both what a relay is.
 */
export interface ParityRow {
  readonly system: 1 | 2 | 3 | 4 | 5
  /** The feature, in the system's own words. */
  readonly feature: string
  /** Tests of this folder, without `system N: `. */
  readonly tests: readonly string[]
  /** What of it is not there yet, and what it waits for. */
  readonly pending?: string
}

export const ROWS: readonly ParityRow[] = [
  ...RELAY_ROWS,
  {
    system: 1,
    feature: 'from_standard_oauth2(...) factory',
    tests: ['an OAuth service by its endpoints, with parameters of its own'],
  },
  { system: 1, feature: 'Store key', tests: ['credentials are of whoever the token names'] },
  {
    system: 1,
    feature: 'require_token(fail_fast=False)',
    tests: ['require_token around a tool, fail-fast'],
  },
  {
    system: 1,
    feature: 'Blocking mode',
    tests: ['a call that waits for the browser, and tells the client when it is done'],
  },
  {
    system: 1,
    feature: 'Callback route',
    tests: ['the callback route refuses a state that it does not know'],
  },
  {
    system: 1,
    feature: 'CredentialsProvider ctor',
    tests: ['a form for a credential, with labels, types, hints and a guide'],
  },
  {
    system: 1,
    feature: 'require_credentials(fail_fast)',
    tests: ['require_credentials, get_credentials and invalidate_credentials'],
  },
  {
    system: 1,
    feature: 'create_stores',
    tests: ['stores by configuration, encrypted where they outlive the process'],
  },
  { system: 2, feature: 'scopes', tests: ['JWE bearer tokens with required claims'] },
  { system: 2, feature: 'scope semantics', tests: ['a scope is a claim that has to be there'] },
  { system: 2, feature: 'all scopes', tests: ['every claim is needed for every request'] },
  {
    system: 2,
    feature: 'GET /.well-known/jwks.json',
    tests: ['the public keys at /.well-known/jwks.json, or elsewhere'],
  },
  {
    system: 2,
    feature: 'GET /.well-known/openid-configuration',
    tests: ['the document at /.well-known/openid-configuration'],
  },
  {
    system: 2,
    feature: 'missing claims',
    tests: ['403 missing_scopes names the claims that are missing'],
  },
  { system: 2, feature: 'context: get_user()', tests: ['get_user in a tool'] },
  { system: 2, feature: 'verifier=', tests: ['a verifier of your own'] },
  { system: 2, feature: 'key source', tests: ['keys from the file that MCP_KEY_FILE_PATH names'] },
  {
    system: 2,
    feature: 'verify_token, get_jwks, is_configured',
    tests: ['verify_token, get_jwks and is_configured outside of a request'],
  },
  { system: 2, feature: 'generate', tests: ['the command generate'] },
  { system: 2, feature: 'k8s', tests: ['the command k8s'] },
  { system: 2, feature: 'clean', tests: ['the command clean'] },
  { system: 2, feature: 'example manifest', tests: ['the example manifest'] },
  {
    system: 3,
    feature: 'Env',
    tests: ['configuration from SK_ENV_URL, EXPECTED_AUDIENCE and PROTECTED_RESOURCE_METADATA'],
  },
  {
    system: 3,
    feature: 'Public endpoints',
    tests: ['public endpoints are these, and nothing else'],
  },
  { system: 3, feature: 'Missing bearer', tests: ['401 without a bearer token'] },
  {
    system: 3,
    feature: 'Invalid',
    tests: ['401 for an invalid token, and 503 where nobody can tell'],
  },
  { system: 3, feature: 'Challenge', tests: ['a challenge with realm and resource_metadata'] },
  { system: 3, feature: 'Validation', tests: ['tokens of the issuer for the audience'] },
  {
    system: 3,
    feature: 'PRM endpoint',
    tests: ['the metadata is the document of the environment'],
  },
  { system: 3, feature: 'Per-tool scopes', tests: ['scopes per tool'] },
  {
    system: 3,
    feature: 'Scope / org extension',
    tests: ['scopes, subject and organization in a tool'],
  },
  { system: 3, feature: 'Multi-tenancy', tests: ['tenants by org_id'] },
  {
    system: 3,
    feature: 'Rate limit',
    tests: ['ten requests a minute of one address, and of one caller whose token was verified'],
  },
  { system: 3, feature: 'Health', tests: ['a health endpoint'] },
  { system: 3, feature: 'CORS', tests: ['CORS for web clients'] },
  {
    system: 3,
    feature: 'Layering',
    tests: ['middleware first, then routes, the MCP server last'],
  },
  {
    system: 3,
    feature: 'Testing recipes',
    tests: ['tests without, with an invalid and with a valid token'],
  },
  {
    system: 3,
    feature: 'Troubleshooting',
    tests: ['troubleshooting an audience mismatch, also by a slash, and an address of localhost'],
  },
  {
    system: 3,
    feature: 'Production advice',
    tests: ['several workers, without a secret, through a rotation of keys'],
  },
  {
    system: 4,
    feature: 'Token passthrough',
    tests: ['the token of the caller for an API of the same process'],
  },
  { system: 4, feature: 'headers=[…]', tests: ['header fields by an allow-list'] },
  {
    system: 5,
    feature: 'new MCPAuth({server})',
    tests: ['MCPAuth({server}), which serves the metadata of its server'],
  },
  {
    system: 5,
    feature: 'new MCPAuth({protectedResources})',
    tests: ['protectedResources, each with its issuers'],
  },
  {
    system: 5,
    feature: 'AuthServerConfig',
    tests: ['an authorization server by its metadata, or found when it is needed'],
  },
  { system: 5, feature: 'fetchServerConfig', tests: ['fetchServerConfig'] },
  {
    system: 5,
    feature: 'fetchServerConfigByWellKnownUrl',
    tests: ['fetchServerConfigByWellKnownUrl'],
  },
  { system: 5, feature: 'transpileData', tests: ['transpileData'] },
  { system: 5, feature: 'delegatedRouter()', tests: ['delegatedRouter, which loses no field'] },
  { system: 5, feature: 'bearerAuth', tests: ['bearerAuth with jwt, or with a function'] },
  {
    system: 5,
    feature: 'AuthInfo extension',
    tests: ['AuthInfo with issuer, subject, audience and claims'],
  },
  {
    system: 5,
    feature: 'Provider list and online tester',
    tests: ['the list of providers, and what each of them lacks', 'the check of a provider'],
  },
  {
    system: 5,
    feature: 'Samples',
    tests: [
      'the sample whoami, which asks the userinfo endpoint about opaque tokens',
      'the sample whoami, closed to tokens of other clients',
      'the sample todo-manager, with scopes per tool and owners',
      'the variables of its samples',
    ],
  },
]
