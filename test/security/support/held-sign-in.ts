import {
  createScriptedBrowser,
  type EmulatorOptions,
  type Page,
  type ScriptedBrowser,
} from 'mcp-gatehouse/testing'
import { onTestFinished } from 'vitest'
import {
  startUpstream,
  type TestUpstream,
  type UpstreamName,
} from '../../authorization-server/upstreams.ts'
import { expectCallback, expectPage } from '../../authorization-server/user-agent.ts'
import {
  type AsWorld,
  type AsWorldOptions,
  startAuthorizationServer,
} from '../../authorization-server/world.ts'
import {
  type AuthorizationRequest,
  createAuthorizationRequest,
  postToken,
  REDIRECT_URI,
  register,
} from '../../testing/flow.ts'

/** An authorization server in front of an emulated provider, with a client. */
export interface UpstreamWorld extends AsWorld, TestUpstream {
  readonly clientId: string
  /** A new authorization request. */
  readonly request: (parameters?: Readonly<Record<string, string>>) => AuthorizationRequest
  /** Its URL. */
  readonly url: (parameters?: Readonly<Record<string, string>>) => URL
}

/** Starts one, until the test is done. */
export async function startUpstreamWorld(
  name: UpstreamName = 'Keycloak',
  provider: EmulatorOptions = {},
  { options, ...more }: AsWorldOptions = {},
): Promise<UpstreamWorld> {
  const started = await startUpstream(name, provider)
  const { upstream } = started
  const world = await startAuthorizationServer({
    ...more,
    options: (usual) => ({ users: undefined, upstream, ...options?.(usual) }),
  })
  onTestFinished(() => world.close())
  const { client } = await register(world.issuer, { application_type: 'native' })
  const clientId = String(client['client_id'])
  world.events.length = 0
  return {
    ...world,
    ...started,
    clientId,
    request: (parameters) => createAuthorizationRequest(world.issuer, clientId, parameters),
    url: (parameters) => createAuthorizationRequest(world.issuer, clientId, parameters).url,
  }
}

/** Goes through a whole sign-in. @returns The answer of the token endpoint. */
export async function obtainTokensAt(
  { issuer, request }: UpstreamWorld,
  browser: ScriptedBrowser = createScriptedBrowser(),
): Promise<Readonly<Record<string, unknown>>> {
  const { url, clientId, codeVerifier } = request()
  const stop = await answerProvider(browser, await allow(browser, url))
  const { body } = await postToken(issuer, {
    grant_type: 'authorization_code',
    client_id: clientId,
    code: expectCallback(stop).searchParams.get('code') ?? '',
    code_verifier: codeVerifier,
    redirect_uri: REDIRECT_URI,
  })
  return body
}

type Stop = Awaited<ReturnType<ScriptedBrowser['open']>>

/** A browser that the provider has sent back to our callback, and that has not gone there yet. */
export interface HeldSignIn {
  readonly callback: URL
  /** Goes there, or to what somebody has made of it. @returns Where the browser stops then. */
  arrive(target?: URL): Promise<Stop>
}

/** Allows a request, and answers the provider's pages. */
export async function signInUpToCallback(
  url: URL,
  answer: ProviderAnswer = {},
): Promise<HeldSignIn> {
  const arrived = Promise.withResolvers<URL>()
  const released = Promise.withResolvers<URL>()
  const browser = createScriptedBrowser({
    fetch: async (input, init) => {
      const target = new URL(input instanceof Request ? input.url : input)
      if (!target.pathname.endsWith('/callback/upstream')) return fetch(input, init)
      arrived.resolve(target)
      return fetch(await released.promise, init)
    },
  })
  const page = await allow(browser, url)
  const stop = answerProvider(browser, page, answer)
  const callback = await Promise.race([arrived.promise, stop])
  if (!(callback instanceof URL)) throw new Error(`ended at ${callback.url}, not at the callback`)
  return {
    callback,
    arrive(target = callback) {
      released.resolve(target)
      return stop
    },
  }
}

/** Answers the consent page. @returns The page of the provider. */
export async function allow(browser: ScriptedBrowser, url: URL): Promise<Page> {
  const consent = expectPage(await browser.open(url))
  return expectPage(await browser.submit(consent, { button: 'Allow' }))
}

/** What somebody does at the provider. @defaultValue alice signs in */
export interface ProviderAnswer {
  readonly username?: string
  readonly password?: string
  readonly button?: 'Cancel' | 'Sign in'
}

/** Answers the page of the provider, and the one that it shows to users of native clients then. */
export async function answerProvider(
  browser: ScriptedBrowser,
  page: Page,
  { username = 'alice', password = 'wonderland', button = 'Sign in' }: ProviderAnswer = {},
): Promise<Stop> {
  const fields = button === 'Sign in' ? { username, password } : {}
  const stop = await browser.submit(page, { button, fields })
  const isAsked = stop.kind === 'page' && stop.url.origin === page.url.origin
  return isAsked ? browser.submit(stop, { button: 'Allow' }) : stop
}
