import { createHash, randomBytes } from 'node:crypto'
import type { ScriptedBrowser, SignIn } from 'mcp-gatehouse/testing'
import * as z from 'zod'

export const REDIRECT_URI = 'http://127.0.0.1:9/callback'
export const ALICE: SignIn = { username: 'alice', password: 'wonderland' }
export const BOB: SignIn = { username: 'bob', password: 'builder' }

/** Registers a public client the way MCP clients do. */
export async function register(
  issuer: string,
  metadata: Record<string, unknown> = {},
): Promise<{ readonly status: number; readonly client: Record<string, unknown> }> {
  const response = await fetch(`${issuer}/register`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      client_name: 'Test client',
      redirect_uris: [REDIRECT_URI],
      token_endpoint_auth_method: 'none',
      ...metadata,
    }),
  })
  return { status: response.status, client: await readObject(response) }
}

export interface AuthorizationRequest {
  readonly url: URL
  readonly clientId: string
  readonly codeVerifier: string
}

/** An authorization request; a parameter set to `undefined` is left out. */
export function createAuthorizationRequest(
  issuer: string,
  clientId: string,
  parameters: Readonly<Record<string, string | undefined>> = {},
): AuthorizationRequest {
  const codeVerifier = randomBytes(32).toString('base64url')
  const url = new URL(`${issuer}/authorize`)
  const all = {
    client_id: clientId,
    redirect_uri: REDIRECT_URI,
    response_type: 'code',
    state: 'opaque',
    code_challenge: createHash('sha256').update(codeVerifier).digest('base64url'),
    code_challenge_method: 'S256',
    ...parameters,
  }
  for (const [name, value] of Object.entries(all)) {
    if (value !== undefined) url.searchParams.set(name, value)
  }
  return { url, clientId, codeVerifier }
}

/** The answer of the token endpoint. */
export interface TokenAnswer {
  readonly status: number
  readonly body: Readonly<Record<string, unknown>>
}

export async function postToken(
  issuer: string,
  parameters: Readonly<Record<string, string>>,
): Promise<TokenAnswer> {
  const response = await fetch(`${issuer}/token`, {
    method: 'POST',
    body: new URLSearchParams(parameters),
  })
  return { status: response.status, body: await readObject(response) }
}

/** Goes from a registered client to tokens. */
export async function obtainTokens(
  issuer: string,
  options: {
    readonly browser: ScriptedBrowser
    readonly clientId: string
    readonly signIn: SignIn
    readonly parameters?: Readonly<Record<string, string | undefined>>
  },
): Promise<Readonly<Record<string, unknown>>> {
  const { browser, clientId, signIn, parameters } = options
  const request = createAuthorizationRequest(issuer, clientId, parameters)
  const callback = await browser.authorize(request.url, signIn)
  const { body } = await postToken(issuer, {
    grant_type: 'authorization_code',
    client_id: clientId,
    code: callback.searchParams.get('code') ?? '',
    code_verifier: request.codeVerifier,
    redirect_uri: REDIRECT_URI,
  })
  return body
}

async function readObject(response: Response): Promise<Record<string, unknown>> {
  return z.record(z.string(), z.unknown()).parse(await response.json())
}
