/**
 * Authorization server metadata (RFC 8414 §2, OpenID Connect Discovery §3), as far as an MCP
 * server and its clients depend on it.
 *
 * @module
 */

/** The fields that this package reads. A document may have any others. */
export interface ServerMetadata {
  readonly issuer: string
  readonly jwks_uri?: string
  readonly [field: string]: unknown
}

/** One result of {@link checkServerMetadata}. */
export interface MetadataFinding {
  readonly code: MetadataFindingCode
  /** The finding in words, with the section that asks for it. */
  readonly message: string
}

/** What {@link checkServerMetadata} looks at. Each code is an error, a warning or a success. */
export type MetadataFindingCode =
  | 'document'
  | 'issuer'
  | 'endpoints'
  | 'response_types'
  | 'grant_types'
  | 'refresh_token'
  | 'pkce'
  | 's256'
  | 'jwks_uri'
  | 'registration'
  | 'iss_parameter'

/** What {@link checkServerMetadata} found. */
export interface ServerMetadataReport {
  /** MCP clients cannot sign in, or tokens cannot be verified. */
  readonly errors: readonly MetadataFinding[]
  /** Some clients will have trouble. */
  readonly warnings: readonly MetadataFinding[]
  readonly successes: readonly MetadataFinding[]
}

type Level = 'error' | 'warning' | 'success'
type Finding = readonly [Level, MetadataFindingCode, string]
type Document = Readonly<Record<string, unknown>>

/** Whether `value` is a JSON object. */
export function isDocument(value: unknown): value is Document {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/**
 * Checks whether MCP clients can sign in at an authorization server that publishes `document`.
 *
 * It does NOT fetch anything and does not try the endpoints; it reads what the document says.
 *
 * @param document The parsed JSON of RFC 8414 or OpenID Connect metadata.
 * @param expected `issuer`: the identifier that the document was looked up with; left out, the
 *   issuer is only checked for being there.
 *
 * @see [RFC 8414 §2](https://www.rfc-editor.org/rfc/rfc8414.html#section-2)
 */
export function checkServerMetadata(
  document: unknown,
  expected: { readonly issuer?: string } = {},
): ServerMetadataReport {
  const findings: readonly Finding[] = isDocument(document)
    ? CHECKS.map((check) => check(document, expected.issuer))
    : [['error', 'document', 'The metadata is not a JSON object (RFC 8414 §3.2).']]
  const of = (wanted: Level): MetadataFinding[] =>
    findings.filter(([level]) => level === wanted).map(([, code, message]) => ({ code, message }))
  return { errors: of('error'), warnings: of('warning'), successes: of('success') }
}

const CHECKS: readonly ((document: Document, issuer: string | undefined) => Finding)[] = [
  checkIssuer,
  checkEndpoints,
  checkResponseTypes,
  checkGrantTypes,
  checkRefreshToken,
  checkPkce,
  checkJwksUri,
  checkRegistration,
  checkIssParameter,
]

function checkIssuer(document: Document, expected: string | undefined): Finding {
  const { issuer } = document
  if (typeof issuer !== 'string') return ['error', 'issuer', '`issuer` is missing (RFC 8414 §2).']
  if (expected !== undefined && issuer !== expected) {
    return ['error', 'issuer', `\`issuer\` is ${issuer}, looked up as ${expected} (RFC 8414 §3.3).`]
  }
  return ['success', 'issuer', `The issuer is ${issuer}.`]
}

function checkEndpoints(document: Document): Finding {
  const missing = ['authorization_endpoint', 'token_endpoint'].filter(
    (name) => typeof document[name] !== 'string',
  )
  return missing.length > 0
    ? ['error', 'endpoints', `${missing.join(' and ')} missing (RFC 8414 §2).`]
    : ['success', 'endpoints', 'Authorization and token endpoints are published.']
}

function checkResponseTypes(document: Document): Finding {
  const types = list(document['response_types_supported'])
  if (types === undefined) {
    return ['error', 'response_types', '`response_types_supported` is missing (RFC 8414 §2).']
  }
  return types.includes('code')
    ? ['success', 'response_types', 'The response type code is supported.']
    : ['error', 'response_types', 'The response type `code` is not supported (OAuth 2.1 §4.1).']
}

function checkGrantTypes(document: Document): Finding {
  // RFC 8414 §2: omitted means authorization_code and implicit.
  const types = list(document['grant_types_supported']) ?? ['authorization_code', 'implicit']
  return types.includes('authorization_code')
    ? ['success', 'grant_types', 'The grant type authorization_code is supported.']
    : ['error', 'grant_types', 'The grant type `authorization_code` is not supported.']
}

function checkRefreshToken(document: Document): Finding {
  return list(document['grant_types_supported'])?.includes('refresh_token') === true
    ? ['success', 'refresh_token', 'Refresh tokens are supported.']
    : [
        'warning',
        'refresh_token',
        'No `refresh_token` grant is published: users sign in again when tokens expire.',
      ]
}

function checkPkce(document: Document): Finding {
  const methods = list(document['code_challenge_methods_supported'])
  if (methods?.includes('S256') === true) return ['success', 's256', 'PKCE with S256 is supported.']
  if (methods !== undefined) return ['error', 's256', 'PKCE without `S256` (RFC 7636 §4.2).']
  // Entra ID supports S256 and does not say so; clients that follow MCP to the letter refuse it.
  return isEntraId(document)
    ? [
        'warning',
        'pkce',
        'Entra ID omits `code_challenge_methods_supported`: strict clients refuse it; add it with `transformMetadata` where the document is mirrored.',
      ]
    : [
        'error',
        'pkce',
        '`code_challenge_methods_supported` is missing: MCP clients must refuse (RFC 8414 §2).',
      ]
}

function checkJwksUri(document: Document): Finding {
  return typeof document['jwks_uri'] === 'string'
    ? ['success', 'jwks_uri', 'A key set is published.']
    : ['warning', 'jwks_uri', '`jwks_uri` is missing: JWT access tokens cannot be verified.']
}

function checkRegistration(document: Document): Finding {
  const ways = [
    ...(document['client_id_metadata_document_supported'] === true
      ? ['Client ID Metadata Documents']
      : []),
    ...(typeof document['registration_endpoint'] === 'string' ? ['dynamic registration'] : []),
  ]
  return ways.length > 0
    ? ['success', 'registration', `Clients can register: ${ways.join(', ')}.`]
    : [
        'warning',
        'registration',
        'Neither Client ID Metadata Documents nor dynamic registration: each client needs a pre-registered id.',
      ]
}

function checkIssParameter(document: Document): Finding {
  return document['authorization_response_iss_parameter_supported'] === true
    ? ['success', 'iss_parameter', 'Authorization responses carry `iss`.']
    : [
        'warning',
        'iss_parameter',
        'Authorization responses carry no `iss` (RFC 9207): mix-up attacks stay undetected.',
      ]
}

function list(value: unknown): readonly unknown[] | undefined {
  return Array.isArray(value) ? value : undefined
}

function isEntraId(document: Document): boolean {
  const { issuer } = document
  if (typeof issuer !== 'string' || !URL.canParse(issuer)) return false
  return ['login.microsoftonline.com', 'sts.windows.net'].includes(new URL(issuer).hostname)
}
