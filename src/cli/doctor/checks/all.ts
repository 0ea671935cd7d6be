import type { Check } from '../finding.ts'
import { alteredToken } from './altered-token.ts'
import { badToken } from './bad-token.ts'
import { batches } from './batches.ts'
import { calls } from './calls.ts'
import { challenge } from './challenge.ts'
import { challengeError } from './challenge-error.ts'
import { challengeScope } from './challenge-scope.ts'
import { clock } from './clock.ts'
import { expiredToken } from './expired-token.ts'
import { firstEra } from './first-era.ts'
import { forwarded } from './forwarded.ts'
import { issuerParameter } from './issuer-parameter.ts'
import { malformed } from './malformed.ts'
import { mirroredMethod } from './mirrored-method.ts'
import { modernEra } from './modern-era.ts'
import { offlineAccess } from './offline-access.ts'
import { origin } from './origin.ts'
import { otherAudience } from './other-audience.ts'
import { pkce } from './pkce.ts'
import { pkceRequired } from './pkce-required.ts'
import { publicClients } from './public-clients.ts'
import { publicUrls } from './public-urls.ts'
import { queryToken } from './query-token.ts'
import { reachable } from './reachable.ts'
import { redirectUri } from './redirect-uri.ts'
import { refreshTokens } from './refresh-tokens.ts'
import { registers } from './registers.ts'
import { registration } from './registration.ts'
import { resource } from './resource.ts'
import { resourceMetadata } from './resource-metadata.ts'
import { responseIssuer } from './response-issuer.ts'
import { rotation } from './rotation.ts'
import { serverCors } from './server-cors.ts'
import { serverMetadata } from './server-metadata.ts'
import { sessionToken } from './session-token.ts'
import { signingKeys } from './signing-keys.ts'
import { signsIn } from './signs-in.ts'
import { stepUp } from './step-up.ts'
import { tokenAudience } from './token-audience.ts'
import { tokenInQuery } from './token-in-query.ts'
import { tokenLifetime } from './token-lifetime.ts'
import { trailingSlash } from './trailing-slash.ts'
import { transport } from './transport.ts'
import { unauthorized } from './unauthorized.ts'
import { webPages } from './web-pages.ts'
import { wellKnown } from './well-known.ts'

/** In the order of a sign-in: the 401, the documents, the authorization server, the token. */
export const CHECKS: readonly Check[] = [
  reachable,
  transport,
  unauthorized,
  challenge,
  challengeError,
  challengeScope,
  offlineAccess,
  resourceMetadata,
  resource,
  publicUrls,
  forwarded,
  badToken,
  queryToken,
  malformed,
  origin,
  webPages,
  wellKnown,
  trailingSlash,
  clock,
  firstEra,
  serverMetadata,
  pkce,
  registration,
  issuerParameter,
  refreshTokens,
  publicClients,
  signingKeys,
  serverCors,
  registers,
  redirectUri,
  pkceRequired,
  signsIn,
  responseIssuer,
  calls,
  modernEra,
  tokenAudience,
  tokenLifetime,
  alteredToken,
  otherAudience,
  expiredToken,
  tokenInQuery,
  batches,
  mirroredMethod,
  sessionToken,
  stepUp,
  rotation,
]
