import { sendRedirect } from '../../browser/index.ts'
import type { Realm, Realms } from '../upstream/realms.ts'
import type { SignIns } from '../upstream/sign-ins.ts'
import { CHOICE_STEP, handleChoice } from './choose-upstream.ts'
import type { SignInDestination, SignInExchange, SignInMethod } from './exchange.ts'
import { sendUpstreamFailure } from './upstream-failure.ts'

/** Where users sign in, and the sign-ins that are under way. */
export interface UpstreamSignInParts {
  readonly realms: Realms
  readonly signIns: SignIns
}

/**
 * Signs users in at the upstream that the request is for, or that they choose: they come back to its
 * callback, see `callback.ts`.
 */
export function createUpstreamSignIn(parts: UpstreamSignInParts): SignInMethod {
  const { realms, signIns } = parts
  const send = (exchange: SignInExchange, realm: Realm, email?: string): Promise<void> =>
    startSignIn(exchange, signIns, realm, email)
  return {
    destination: (request) => destinationOf(realms, realms.decide(request)),
    async start(exchange) {
      const decided = realms.decide(exchange.request)
      if (decided === undefined) sendRedirect(exchange.res, `${exchange.basePath}/${CHOICE_STEP}`)
      else await send(exchange, decided)
    },
    handle: async (exchange, step) => {
      const isChoice = step === CHOICE_STEP && realms.decide(exchange.request) === undefined
      if (isChoice) await handleChoice(exchange, realms, send)
      return isChoice
    },
  }
}

function destinationOf({ all }: Realms, decided: Realm | undefined): SignInDestination {
  const candidates = decided === undefined ? all : [decided]
  return {
    host: decided && new URL(decided.upstream.issuer).host,
    isChosenLater: decided === undefined,
    scopes: [...new Set(candidates.flatMap(({ scopes }) => scopes))],
    onlyUsersOf: all.length === 1 ? undefined : decided?.upstream.name,
  }
}

/** Nothing about the sign-in is set or stored before the user has allowed the request. */
async function startSignIn(
  exchange: SignInExchange,
  signIns: SignIns,
  { upstream }: Realm,
  email: string | undefined,
): Promise<void> {
  const { parts, req, res, interaction, request, basePath } = exchange
  const { issuerUrl, mountPath } = parts.settings
  const { approval } = await parts.steps.read(interaction.uid)
  const started = await upstream.start({
    redirectUri: `${issuerUrl.origin}${mountPath}/callback/${upstream.name}`,
    clientParameters: { ...interaction.params, ...(email !== undefined && { login_hint: email }) },
    isForced: exchange.isForced,
  })
  if (!started.ok) {
    sendUpstreamFailure(exchange, started.failure, { upstream: upstream.name, retryPath: basePath })
    return
  }
  const { url, attempt } = started.value
  const signIn = {
    uid: interaction.uid,
    attempt,
    documentHash: request.documentHash,
    remember: approval?.remember ?? false,
  }
  const { setCookie } = await signIns.create(signIn, req.headers.cookie)
  sendRedirect(res, url, [setCookie])
}
