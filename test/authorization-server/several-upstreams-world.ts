import type { CreateAuthorizationServerOptions } from 'mcp-gatehouse/authorization-server'
import {
  type EmulatedProvider,
  type Page,
  type ScriptedBrowser,
  startKeycloak,
} from 'mcp-gatehouse/testing'
import { onTestFinished } from 'vitest'
import { createAuthorizationRequest, postToken, REDIRECT_URI, register } from '../testing/flow.ts'
import { expectCallback, expectPage } from './user-agent.ts'
import { startAuthorizationServer } from './world.ts'

export const SUBJECT = 'the-same-at-both'
const claimsOf = (email: string) => ({ email, email_verified: true, name: email })

async function startProvider(name: string, email: string): Promise<EmulatedProvider> {
  const provider = await startKeycloak({
    redirectUris: [`http://127.0.0.1/callback/${name}`],
    users: { alice: { password: 'wonderland', sub: SUBJECT, claims: claimsOf(email) } },
  })
  onTestFinished(() => provider.close())
  return provider
}

interface Changes {
  readonly staff?: object
  readonly partners?: object
  readonly partnersEmail?: string
  readonly resource?: string
}

export async function start(changes: Changes = {}) {
  const staff = await startProvider('staff', 'alice@acme.example')
  const partners = await startProvider('partners', changes.partnersEmail ?? 'alice@partner.example')
  const upstreamOf = ({ issuer, clientId, clientSecret }: EmulatedProvider, name: string) => ({
    name,
    issuer,
    clientId,
    clientSecret,
    scopes: ['openid', 'profile', 'email'],
    forwardedParameters: ['login_hint'],
    allowInsecureLoopback: true,
  })
  const options: Partial<CreateAuthorizationServerOptions> = {
    users: undefined,
    upstreams: [
      { upstream: upstreamOf(staff, 'staff'), emailDomains: ['acme.example'], ...changes.staff },
      { upstream: upstreamOf(partners, 'partners'), label: 'Partners', ...changes.partners },
    ],
  }
  const world = await startAuthorizationServer({
    options: (usual) => ({
      ...options,
      ...(changes.resource && {
        resources: { ...(usual.resources as object), [changes.resource]: ['notes:read'] },
      }),
    }),
  })
  onTestFinished(() => world.close())
  const { issuer } = world
  const { client } = await register(issuer, { application_type: 'native' })
  const clientId = String(client['client_id'])
  /** To what follows the consent. */
  const allow = async (
    browser: ScriptedBrowser,
    parameters: Readonly<Record<string, string | undefined>> = {},
  ) => {
    const request = createAuthorizationRequest(issuer, clientId, {
      resource: world.resource,
      ...parameters,
    })
    const consent = expectPage(await browser.open(request.url))
    const stop = await browser.submit(consent, { button: 'Allow' })
    return { consent, stop, request }
  }
  const redeem = async (
    stop: { readonly kind: string; readonly url: URL },
    codeVerifier: string,
  ) => {
    const { body } = await postToken(issuer, {
      grant_type: 'authorization_code',
      client_id: clientId,
      code: expectCallback(stop).searchParams.get('code') ?? '',
      code_verifier: codeVerifier,
      redirect_uri: REDIRECT_URI,
    })
    return body
  }
  const claims = async (tokens: Readonly<Record<string, unknown>>) => {
    const verified = await world.server.verifier.verify(String(tokens['access_token']))
    return verified.ok ? verified.value.claims : {}
  }
  return { ...world, staff, partners, clientId, allow, redeem, claims }
}

export type World = Awaited<ReturnType<typeof start>>

export const CREDENTIALS = {
  fields: { username: 'alice', password: 'wonderland' },
  button: 'Sign in',
}

/** Signs in at a provider, which may have a page of its own about it. */
export async function signInThere(browser: ScriptedBrowser, page: Page) {
  const stop = await browser.submit(page, CREDENTIALS)
  const isAsked = stop.kind === 'page' && stop.url.origin === page.url.origin
  return isAsked ? browser.submit(stop, { button: 'Allow' }) : stop
}

export const choose = (browser: ScriptedBrowser, page: Page, { partners }: World) =>
  browser.submit(page, { button: `Partners ${new URL(partners.issuer).host}` })

export const type = (browser: ScriptedBrowser, page: Page, email: string) =>
  browser.submit(page, { fields: { email }, button: 'Continue' })
