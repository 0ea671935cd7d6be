import { checkAuthorizationResponse, type RemoteFailure } from '../../oauth-client/index.ts'
import type { SignIn } from '../records/sign-ins.ts'
import { withUpstream } from '../upstream-call.ts'
import type { Visit } from '../visit.ts'
import { noteFailedSignIn, redirectToClient, sendObstacle, sendUpstreamFailure } from './answers.ts'

/**
 * Takes the user back from the upstream, to the one redirect URI that it knows, and sends them on to
 * the client with the upstream's own code, which from here on is good for that client alone.
 */
export async function handleCallback(visit: Visit): Promise<void> {
  const { parts, req, query } = visit
  const parameters = new URLSearchParams(query)
  const [state, secondState] = parameters.getAll('state')
  if (state === undefined || secondState !== undefined) {
    sendObstacle(visit, 'callback_unknown')
    return
  }
  const found = await parts.signIns.find(state, req.headers.cookie)
  if (!found.ok && found.reason === 'browser_mismatch') noteMismatch(visit)
  if (!found.ok || (await parts.signIns.take(found.content)) === undefined) {
    sendObstacle(visit, 'callback_unknown')
    return
  }
  await finishSignIn(visit, found.content, parameters)
}

async function finishSignIn(
  visit: Visit,
  signIn: SignIn,
  parameters: URLSearchParams,
): Promise<void> {
  const { settings, codes, upstream } = visit.parts
  const { attempt, clientId, redirectUri, clientState, codeChallenge } = signIn
  const target = { redirectUri, state: clientState }
  const checked = await withUpstream(upstream, async ({ metadata }) =>
    checkAuthorizationResponse(parameters, attempt, {
      issuer: settings.upstream.issuer,
      isSent: metadata.authorization_response_iss_parameter_supported === true,
    }),
  )
  const outcome = checked.ok ? checked.value : checked
  if (!outcome.ok) {
    answerFailure(visit, outcome.failure, target)
    return
  }
  const code = outcome.value
  const { nonce = '', scopes } = attempt
  if (await codes.add(code, { clientId, redirectUri, codeChallenge, nonce, scopes })) {
    redirectToClient(visit, target, [['code', code]])
  } else {
    sendObstacle(visit, 'code_repeated')
  }
}

/** What the upstream says is told to the client in words of RFC 6749; what is in doubt is a page. */
function answerFailure(
  visit: Visit,
  failure: RemoteFailure,
  target: Parameters<typeof redirectToClient>[1],
): void {
  const isSaid = failure.kind !== 'refused' || failure.reason === 'error'
  if (!isSaid) {
    sendUpstreamFailure(visit, failure)
    return
  }
  noteFailedSignIn(visit, failure)
  redirectToClient(visit, target, [['error', ERRORS[failure.kind]]])
}

const ERRORS: Readonly<Record<RemoteFailure['kind'], string>> = {
  denied: 'access_denied',
  misconfigured: 'server_error',
  refused: 'server_error',
  unavailable: 'temporarily_unavailable',
}

function noteMismatch({ parts, correlationId }: Visit): void {
  const { emit, clock, upstream } = parts.settings
  emit({ type: 'flow.browser_mismatch', at: clock.now(), correlationId, upstream: upstream.name })
}
