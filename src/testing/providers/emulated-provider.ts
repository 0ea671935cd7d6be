import type { IncomingMessage, ServerResponse } from 'node:http'
import type { ObtainedTokens, ObtainTokensOptions } from './obtain-tokens.ts'

/** Somebody with an account at an emulated provider. */
export interface EmulatedUser {
  readonly password: string
  /** Identifier at the provider. */
  readonly sub: string
  /** What the provider knows about the user; which of it a token has depends on the provider. */
  readonly claims: Readonly<Record<string, unknown>>
}

/** What every emulated provider can be told. */
export interface EmulatorOptions {
  /**
   * Where it may redirect to; any port of a loopback address.
   * @defaultValue `http://127.0.0.1/callback/upstream`
   */
  readonly redirectUris?: readonly string[] | undefined
  /**
   * By the name that they sign in with.
   * @defaultValue alice (`wonderland`) and bob (`builder`), with claims as the provider has them
   */
  readonly users?: Readonly<Record<string, EmulatedUser>> | undefined
  /** @defaultValue what the provider really does */
  readonly accessTokenTtlSeconds?: number | undefined
  /** Scopes that its users never grant. @defaultValue none */
  readonly withheldScopes?: readonly string[] | undefined
}

export const DEFAULT_REDIRECT_URI = 'http://127.0.0.1/callback/upstream'

export const EMULATOR_OPTIONS: readonly (keyof EmulatorOptions)[] = [
  'redirectUris',
  'users',
  'accessTokenTtlSeconds',
  'withheldScopes',
]

/** Answers a request instead of the provider where it returns `true`. */
export type Intercept = (req: IncomingMessage, res: ServerResponse) => boolean

/** An identity provider on a loopback socket, with one registered client. */
export interface EmulatedProvider {
  readonly issuer: string
  readonly clientId: string
  readonly clientSecret: string
  /** By the name that they sign in with. */
  readonly users: Readonly<Record<string, EmulatedUser>>
  /** Requests so far, such as `POST /token`; without queries. */
  readonly requests: readonly string[]
  /**
   * Signs a user in as the registered client, with a scripted browser.
   * @throws Error with the answer of the provider, where it refuses
   */
  obtainTokens(options?: ObtainTokensOptions): Promise<ObtainedTokens>
  /** Plays an outage, or an answer of your own: set it, and unset it again. */
  intercept: Intercept | undefined
  /** Stops listening and drops open connections. */
  close(): Promise<void>
}
