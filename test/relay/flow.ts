import { createScriptedBrowser, type Page, type ScriptedBrowser } from 'mcp-gatehouse/testing'
import {
  ALICE,
  createAuthorizationRequest,
  postToken,
  REDIRECT_URI,
  register,
  type TokenAnswer,
} from '../testing/flow.ts'
import type { RelayWorld } from './world.ts'

/** A client that has got a code, and has not redeemed it. */
export interface Code {
  readonly clientId: string
  readonly code: string
  readonly codeVerifier: string
  /** All that its redirect URI got. */
  readonly callback: URL
}

/** Registers a client. */
export async function newClient(
  { issuer }: RelayWorld,
  name = 'Notes',
  redirectUri = REDIRECT_URI,
): Promise<string> {
  const { client } = await register(issuer, { client_name: name, redirect_uris: [redirectUri] })
  return String(client['client_id'])
}

/** Brings a client to a code. */
export async function getCode(
  world: RelayWorld,
  {
    clientId,
    browser = createScriptedBrowser(),
    parameters,
  }: {
    readonly clientId: string
    readonly browser?: ScriptedBrowser
    readonly parameters?: Readonly<Record<string, string | undefined>>
  },
): Promise<Code> {
  const request = createAuthorizationRequest(world.issuer, clientId, parameters)
  const callback = await browser.authorize(request.url, ALICE)
  const code = callback.searchParams.get('code') ?? ''
  return { clientId, code, codeVerifier: request.codeVerifier, callback }
}

/** Redeems a code as its client would, or with something changed. */
export function redeem(
  { issuer }: RelayWorld,
  { clientId, code, codeVerifier }: Code,
  changes: Readonly<Record<string, string>> = {},
): Promise<TokenAnswer> {
  return postToken(issuer, {
    grant_type: 'authorization_code',
    client_id: clientId,
    code,
    code_verifier: codeVerifier,
    redirect_uri: REDIRECT_URI,
    ...changes,
  })
}

/** Opens an authorization URL up to the consent page. */
export async function openConsent(
  world: RelayWorld,
  clientId: string,
  parameters: Readonly<Record<string, string | undefined>> = {},
): Promise<{ readonly browser: ScriptedBrowser; readonly page: Page; readonly url: URL }> {
  const browser = createScriptedBrowser()
  const { url } = createAuthorizationRequest(world.issuer, clientId, parameters)
  const page = await browser.open(url)
  if (page.kind !== 'page') throw new Error(`no page, but ${page.url.href}`)
  return { browser, page, url }
}

/** What the provider is asked when a request is allowed: the URL that the browser is sent to. */
export async function readUpstreamRequest(
  world: RelayWorld,
  parameters: Readonly<Record<string, string | undefined>> = {},
): Promise<URL> {
  const { browser, page } = await openConsent(world, await newClient(world), parameters)
  const { issuer } = world.provider
  let sent = new URL(issuer)
  world.provider.intercept = (req, res) => {
    const url = new URL(req.url ?? '', issuer)
    if (!url.searchParams.has('code_challenge')) return false
    sent = url
    res.end('<p>here</p>')
    return true
  }
  await browser.submit(page, { button: 'Allow' })
  world.provider.intercept = undefined
  return sent
}

/** Sends a body to the registration endpoint, whatever it is. */
export async function postRegistration(
  issuer: string,
  body: string,
): Promise<{ readonly status: number; readonly body: object }> {
  const answer = await fetch(`${issuer}/register`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
  })
  return { status: answer.status, body: (await answer.json()) as object }
}
