import type { TokenFailureReason } from '../verifiers/index.ts'
import { showValue } from './token-members.ts'

/** What a check found, and how to mend it. */
export interface ExplainedRefusal {
  readonly why: string
  readonly fix: string
}

const ANOTHER = 'Get a new token from the issuer, and copy it whole.'
const NOT_OURS = 'Get the token from the issuer that is configured, in the form that it signs.'
const ENCRYPTION = 'Encrypt as docs/keys.md says, with a public key of this server.'
const KEY = 'Check `jwks_uri` of the issuer: `mcp-gatehouse provider check <issuer>`.'

/** Each reason of {@link TokenFailureReason} in words, for whoever runs the server. */
export const REFUSALS: Readonly<Record<TokenFailureReason, readonly [why: string, fix: string]>> = {
  format: ['It is no compact JWT of clean base64url (RFC 7515 §7.1).', ANOTHER],
  size: [
    'It is longer than 8 KiB, or encrypted and longer than 12 KiB.',
    'Have the issuer leave out claims, such as groups.',
  ],
  json: ['Its header or its payload is no strict JSON object (RFC 8725 §2.4).', ANOTHER],
  alg: [
    'Its algorithm is not allowed for this issuer (RFC 8725 §3.1).',
    'Sign with ES256, RS256 or EdDSA, or name the algorithm in `algorithms`.',
  ],
  typ: [
    'It is not an access token: perhaps an ID token, or one without at+jwt where that is required (RFC 9068 §4).',
    'Send the access token of the response, not the ID token; see `requireAtJwt`.',
  ],
  crit: [
    'Its header demands an extension (RFC 7515 §4.1.11).',
    'Have the issuer leave out `crit`.',
  ],
  enc: ['Its content is not encrypted with A256GCM.', ENCRYPTION],
  zip: ['Its content is compressed, which is never unpacked (RFC 8725 §3.6).', ENCRYPTION],
  kid: ['Its `kid` is missing, or names none of the keys.', KEY],
  kid_ambiguous: [
    'It has no `kid`, and several keys fit.',
    'Have the issuer write `kid`, or set `allowKeyTrial`.',
  ],
  key: ['The key of the issuer cannot be used: too short, or of another type.', KEY],
  sig: [
    'Its signature is by no key of the issuer.',
    'It was changed, or signed by somebody else. Get a new one; is it from another environment with the same issuer?',
  ],
  epk: ['The ephemeral key in its header cannot be used (RFC 8725 §3.4).', ENCRYPTION],
  decrypt: ['It cannot be decrypted with the keys of this server.', ENCRYPTION],
  not_encrypted: ['It is signed only, and this server wants encrypted tokens.', ENCRYPTION],
  unsigned_jwe: [
    'It is encrypted and not signed: anybody can make one (RFC 7519 §11.2).',
    'Sign it first, then encrypt it.',
  ],
  nesting: ['What is encrypted is no signed token (RFC 7519 §5.2).', 'Encrypt a signed JWT, once.'],
  replicated: [
    'A claim in the header of the JWE differs from the signed one (RFC 7519 §5.3).',
    'Have the issuer write the same value, or leave it out of the header.',
  ],
  iss: [
    'Its issuer is none of those that are configured.',
    'Add it to `authorizationServers`, exactly as `iss` has it; Entra ID of version 1: `tokenIssuer`.',
  ],
  aud: [
    'It is for another audience (RFC 8707 §2).',
    'Have clients ask for this `resource`, or name what the provider writes in `audience`: docs/protect.md.',
  ],
  exp: [
    'It has expired, or has no `exp`.',
    'Get a new one with the refresh token. If it is new, check the clocks.',
  ],
  nbf: [
    'It is not valid yet.',
    'Check the clocks of the issuer and of this machine; `leewaySeconds` is what is tolerated.',
  ],
  iat: [
    'It was issued in the future.',
    'Check the clocks of the issuer and of this machine; `leewaySeconds` is what is tolerated.',
  ],
  lifetime: [
    'It lives longer, or is older, than this server allows.',
    'Shorten its life at the issuer, or raise `maxTokenLifetimeSeconds` or `maxTokenAgeSeconds`.',
  ],
  sub: [
    'It names nobody: `sub` is missing or unusable, or a client stands there where a user has to.',
    'Sign a user in, or leave out `requireSubject`.',
  ],
  binding: [
    'It is bound to a key, and this server accepts no such tokens in that way.',
    'Set `dpop: {}`; tokens bound to a certificate are not accepted.',
  ],
  unbound: [
    'It is not bound to a key, which this server requires.',
    'Have the client use DPoP, or leave out `dpop.required`.',
  ],
  claims: [
    'The schema in `claims`, or `mapClaims`, refuses its claims.',
    'Compare the claims below with the schema.',
  ],
  revoked: [
    'It was revoked, or its caller was.',
    'Sign in again. See `isRevoked` and `revocations`.',
  ],
  jti: [
    'It is an assertion of the gateway that has no `jti`, or has been used (RFC 7519 §4.1.7).',
    'An assertion is for one request. Call through the gateway, which signs another one.',
  ],
  inactive: [
    'Its issuer does not vouch for it (RFC 7662 §2.2).',
    'It has expired or was revoked there, or is for another client. Get a new one.',
  ],
  token_use: [
    'Its issuer says that it is another kind of token.',
    'Send the access token, not the refresh or ID token.',
  ],
  checksum: [
    'Its checksum is wrong: it was mistyped, or cut off.',
    'Copy it whole. Nobody can show it again: `mcp-gatehouse api-keys issue` makes another.',
  ],
  api_key: [
    'No such key is stored for this resource.',
    'See `mcp-gatehouse api-keys list` with the storage of the server.',
  ],
  unrecognized: [
    'No verifier of `firstOf` takes tokens like this one.',
    'Add one for its kind: docs/tokens.md.',
  ],
  verifier: [
    'The custom verifier refused it, or gave no verified token.',
    'Look into that function: docs/tokens.md.',
  ],
}

/** A reason in words. */
export function explainReason(reason: string): ExplainedRefusal {
  const known = Object.entries(REFUSALS).find(([name]) => name === reason)?.[1]
  const [why, fix] = known ?? [`A verifier refused it: ${showValue(reason)}.`, NOT_OURS]
  return { why, fix }
}
