/** What a member of a header or a claim means, and where that is written. */
export type Meaning = readonly [text: string, source: string]

const JWT = 'RFC 7519 §4.1'
const OIDC = 'OpenID Connect Core'
const ENTRA = 'Entra ID, access token claims'
const COGNITO = 'Amazon Cognito, access token'

export const HEADER_MEANINGS: Readonly<Record<string, Meaning>> = {
  alg: ['How it is signed, or how its key is encrypted', 'RFC 7515 §4.1.1, RFC 7516 §4.1.1'],
  typ: ['What it is; at+jwt is an access token', 'RFC 9068 §2.1'],
  cty: ['What is inside', 'RFC 7515 §4.1.10'],
  kid: ['Which key of the issuer', 'RFC 7515 §4.1.4'],
  enc: ['How the content is encrypted; only A256GCM is accepted', 'RFC 7516 §4.1.2'],
  zip: ['Compressed content, which is refused', 'RFC 7516 §4.1.3, RFC 8725 §3.6'],
  epk: ['The public key that was made for this token alone', 'RFC 7518 §4.6.1.1'],
  crit: ['Extensions that must be understood: refused', 'RFC 7515 §4.1.11'],
  jku: ['Where keys are said to be; never read', 'RFC 7515 §4.1.2'],
  jwk: ['A key that the token brings itself; never used', 'RFC 7515 §4.1.3'],
  x5u: ['Where a certificate is said to be; never read', 'RFC 7515 §4.1.5'],
  x5c: ['A certificate that the token brings itself; never used', 'RFC 7515 §4.1.6'],
  x5t: ['Thumbprint of a certificate; not used', 'RFC 7515 §4.1.7'],
}

export const CLAIM_MEANINGS: Readonly<Record<string, Meaning>> = {
  iss: ['Who issued it', `${JWT}.1`],
  sub: ['Whom it is about: unique at this issuer only', `${JWT}.2`],
  aud: ['Which servers may accept it', `${JWT}.3`],
  exp: ['From when on it is refused', `${JWT}.4`],
  nbf: ['Before when it is refused', `${JWT}.5`],
  iat: ['When it was issued', `${JWT}.6`],
  jti: ['Its own name, for revocation', `${JWT}.7`],
  client_id: ['Which client got it', 'RFC 8693 §4.3'],
  azp: ['Which client got it', `${OIDC} §2`],
  scope: ['What the client may do', 'RFC 8693 §4.2'],
  scp: ['What the client may do', 'Entra ID, Okta'],
  roles: ['Roles of the user', 'RFC 9068 §2.2.3.1'],
  groups: ['Groups of the user', 'RFC 9068 §2.2.3.1'],
  entitlements: ['What the user is entitled to', 'RFC 9068 §2.2.3.1'],
  permissions: ['Permissions of the user at this API', 'Auth0'],
  cnf: ['The key that whoever uses it has to prove', 'RFC 7800 §3.1, RFC 9449 §6'],
  act: ['Who acts for the subject', 'RFC 8693 §4.1'],
  may_act: ['Who may act for the subject', 'RFC 8693 §4.4'],
  authorization_details: ['What is allowed, in detail', 'RFC 9396 §9.1'],
  auth_time: ['When the user signed in', `${OIDC} §2`],
  acr: ['How strong the sign-in was', `${OIDC} §2`],
  amr: ['How the user signed in', 'RFC 8176'],
  nonce: ['Of an ID token: such tokens are refused here', `${OIDC} §2`],
  at_hash: ['Of an ID token: such tokens are refused here', `${OIDC} §3.3.2.11`],
  c_hash: ['Of an ID token: such tokens are refused here', `${OIDC} §3.3.2.11`],
  s_hash: ['Of an ID token: such tokens are refused here', 'FAPI 1.0 Part 2 §5.1'],
  events: ['Of a logout token: such tokens are refused here', 'OpenID Back-Channel Logout §2.4'],
  sid: ['The session at the issuer', 'OpenID Front-Channel Logout §3'],
  name: ['Name of the user', `${OIDC} §5.1`],
  email: ['Address of the user, as the issuer knows it', `${OIDC} §5.1`],
  email_verified: ['Whether the issuer has checked the address', `${OIDC} §5.1`],
  preferred_username: ['What the user wants to be called; may change', `${OIDC} §5.1`],
  tid: ['Tenant', ENTRA],
  oid: ['The user, in all applications of the tenant', ENTRA],
  appid: ['Which client got it (version 1)', ENTRA],
  ver: ['Version of the token', ENTRA],
  token_use: ['Which kind of token it is; only access tokens are accepted', COGNITO],
  'cognito:groups': ['Groups of the user', COGNITO],
  typ: ['Which kind of token it is; only Bearer and DPoP are accepted', 'Keycloak'],
  realm_access: ['Roles in the realm', 'Keycloak'],
  resource_access: ['Roles at clients', 'Keycloak'],
  cid: ['Which client got it', 'Okta'],
  uid: ['The user, at Okta', 'Okta'],
  org_id: ['Organization of the user', 'Auth0, Scalekit'],
  hd: ['Organization of the account', 'Google'],
}

export const UNKNOWN_CLAIM: Meaning = ['A claim of this issuer', 'RFC 7519 §4.3']
export const UNKNOWN_MEMBER: Meaning = ['Not used', 'RFC 7515 §4.3']
