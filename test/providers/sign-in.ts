import type {
  Upstream,
  UpstreamAttempt,
  UpstreamIdentity,
} from '../../src/oauth-client/upstream.ts'
import { createScriptedBrowser } from '../../src/testing/index.ts'

/** Nothing listens there: the scripted browser stops before it. */
export const REDIRECT_URI = 'http://127.0.0.1:1/callback/upstream'

/** Goes from our redirect to the provider's, as a browser does. */
export async function visitProvider(
  upstream: Upstream,
  { username = 'alice', password = 'wonderland' } = {},
): Promise<{ readonly parameters: URLSearchParams; readonly attempt: UpstreamAttempt }> {
  const started = await upstream.start({ redirectUri: REDIRECT_URI })
  if (!started.ok) throw new Error(`start: ${JSON.stringify(started.failure)}`)
  const { url, attempt } = started.value
  const callback = await createScriptedBrowser().authorize(url, { username, password })
  return { parameters: callback.searchParams, attempt }
}

/** Signs somebody in at a provider through an upstream. */
export async function signInAt(
  upstream: Upstream,
  user?: { readonly username: string; readonly password: string },
): Promise<UpstreamIdentity> {
  const finished = await upstream.finish(await visitProvider(upstream, user))
  if (!finished.ok) throw new Error(`finish: ${JSON.stringify(finished.failure)}`)
  return finished.value
}
