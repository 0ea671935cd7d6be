import type { AuthorizationAttempt } from './authorization-attempt.ts'
import { classifyErrorCode } from './classify-failure.ts'
import { fail, type RemoteOutcome, refuse, succeed } from './outcome.ts'

const READ = ['code', 'state', 'iss', 'error', 'response', 'id_token', 'access_token', 'token']
const MAX_CODE_LENGTH = 8_192

/** Who the parameters have to come from. */
export interface ExpectedIssuer {
  readonly issuer: string
  /** Whether the server says that it sends `iss`. */
  readonly isSent: boolean
  /** @defaultValue `iss` is the issuer, character by character */
  readonly accepts?: ((iss: string) => boolean) | undefined
}

/**
 * Checks the parameters of a callback before anything is sent anywhere: the attempt is one at this
 * issuer, each parameter is there once, `state` and `iss` are right (RFC 9207 §2.4), and there is
 * a code that looks like one (RFC 6749 §A.11). Parameters that are not read may be there.
 */
export function checkAuthorizationResponse(
  parameters: URLSearchParams,
  attempt: AuthorizationAttempt,
  { issuer, isSent, accepts = (iss) => iss === issuer }: ExpectedIssuer,
): RemoteOutcome<string> {
  if (attempt.issuer !== issuer) return refuse('other_upstream')
  if (READ.some((parameter) => parameters.getAll(parameter).length > 1)) return refuse('parameters')
  if (parameters.get('state') !== attempt.state) return refuse('state')
  const iss = parameters.get('iss')
  if (iss === null && isSent) return refuse('iss_missing')
  if (iss !== null && !accepts(iss)) return refuse('iss')
  const [code, error] = [parameters.get('code'), parameters.get('error')]
  if ((code === null) === (error === null)) return refuse('parameters')
  // Tokens in a query are of a flow that was not asked for (RFC 9700 §2.1.2).
  if (READ.slice(4).some((parameter) => parameters.has(parameter))) return refuse('parameters')
  if (error !== null) return fail(classifyErrorCode(error))
  const isCode = code !== null && code.length <= MAX_CODE_LENGTH && /^[\x20-\x7E]+$/.test(code)
  return isCode ? succeed(code) : refuse('code_malformed')
}
