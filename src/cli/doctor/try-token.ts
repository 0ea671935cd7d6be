import { setTimeout as sleep } from 'node:timers/promises'
import type { Ask } from './ask.ts'
import { batch, initialize, message, modernMessage } from './messages.ts'
import { isAnswer, type Seen } from './seen.ts'
import {
  factsOf,
  refreshOnce,
  revokeQuietly,
  type SignedIn,
  type SignInWorld,
  signInOnce,
} from './sign-in.ts'
import type { SignInSeen } from './sign-in-seen.ts'
import { sessionHeaders, withQuery } from './walk.ts'

export interface TokenTrial {
  readonly world: SignInWorld
  readonly url: URL
  readonly ask: Ask
  /** The tool of `--call`. */
  readonly tool: string | undefined
  /** How long to wait for the token to expire. */
  readonly waitSeconds: number
}

type Uses = Pick<
  SignInSeen,
  'altered' | 'batch' | 'call' | 'discover' | 'inQuery' | 'list' | 'mismatch' | 'session' | 'stepUp'
>

const NO_USES: Uses = {
  altered: undefined,
  batch: undefined,
  call: undefined,
  discover: undefined,
  inQuery: undefined,
  list: undefined,
  mismatch: undefined,
  session: undefined,
  stepUp: undefined,
}

/** Signs in, and uses the token as clients do, and as they must not. */
export async function tryToken(trial: TokenTrial): Promise<SignInSeen> {
  const { world, url } = trial
  const signedIn = await signInOnce(world)
  if (signedIn.failure !== undefined) return failedSignIn(signedIn.failure)
  const { tokens, responseIssuer } = signedIn
  const { access_token: token } = tokens
  const facts = factsOf(tokens)
  const uses = await useToken(trial, token)
  const other = await signInOnce({ ...world, resource: new URL('/doctor-other', url).href })
  const otherAudience = await useOther(trial, other)
  const expired = await useExpired(trial, token, facts.expiresIn)
  const rotated = await refreshOnce(world.client, tokens, world.resource)
  await revokeQuietly(world.client, tokens)
  return {
    ...uses,
    failure: undefined,
    responseIssuer,
    token: facts,
    otherAudience,
    expired,
    rotated,
  }
}

/** What is seen where no sign-in came to an end. */
export function failedSignIn(failure: string): SignInSeen {
  return {
    ...NO_USES,
    failure,
    responseIssuer: undefined,
    token: undefined,
    otherAudience: undefined,
    expired: 'there is no token',
    rotated: undefined,
  }
}

async function useToken({ url, ask, tool }: TokenTrial, token: string): Promise<Uses> {
  const { href } = url
  const bearer = { Authorization: `Bearer ${token}` }
  const call = await ask(href, initialize(bearer))
  const discover = await ask(href, modernMessage('server/discover', bearer))
  const isModern = isAnswer(discover) && discover.status === 200
  const session = isAnswer(call) ? sessionHeaders(call) : {}
  const within = { ...bearer, ...session }
  const uses: Uses = {
    call,
    discover,
    list: await ask(href, message('tools/list', {}, within)),
    session: await ask(href, message('tools/list', {}, session)),
    altered: await ask(href, initialize({ Authorization: `Bearer ${alter(token)}` })),
    inQuery: await ask(withQuery(url, token), initialize()),
    batch: await ask(href, batch(within)),
    mismatch: isModern
      ? await ask(href, modernMessage('server/discover', { ...bearer, 'Mcp-Method': 'tools/list' }))
      : undefined,
    stepUp:
      tool === undefined
        ? undefined
        : await ask(href, message('tools/call', { name: tool, arguments: {} }, within)),
  }
  if ('Mcp-Session-Id' in session) await ask(href, { method: 'DELETE', headers: within })
  return uses
}

/** In the middle of the signature, where every bit of a letter counts. */
function alter(token: string): string {
  const start = token.lastIndexOf('.') + 1
  const place = start + Math.floor((token.length - start) / 2)
  const other = token[place] === 'A' ? 'B' : 'A'
  return token.slice(0, place) + other + token.slice(place + 1)
}

async function useOther({ url, ask, world }: TokenTrial, other: SignedIn): Promise<Seen | string> {
  if (other.failure !== undefined) return other.failure
  const authorization = { Authorization: `Bearer ${other.tokens.access_token}` }
  const seen = await ask(url.href, initialize(authorization))
  await revokeQuietly(world.client, other.tokens)
  return seen
}

async function useExpired(
  { url, ask, waitSeconds }: TokenTrial,
  token: string,
  expiresIn: number | undefined,
): Promise<Seen | string> {
  if (expiresIn === undefined) return 'the token response has no `expires_in`'
  if (expiresIn > waitSeconds) return `the token lives for ${expiresIn} s: --wait ${expiresIn + 40}`
  const authorization = { Authorization: `Bearer ${token}` }
  for (let waited = 0; ; waited += 1) {
    const seen = await ask(url.href, initialize(authorization))
    const isRefused = isAnswer(seen) && seen.status !== 200
    if (isRefused || waited >= waitSeconds) return seen
    await sleep(1_000)
  }
}
