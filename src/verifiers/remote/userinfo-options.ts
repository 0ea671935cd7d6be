import {
  configError,
  requireIssuer,
  requireNumber,
  requireSecureUrl,
  requireType,
} from '../../options/index.ts'
import type { TokenClaims } from '../../principal/index.ts'
import {
  parseRemoteOptions,
  type RemoteOptions,
  type RemoteSettings,
  requireText,
} from './remote-options.ts'

interface AssumedLifetime {
  /**
   * How long a token without an expiry is taken to live from each time it was checked: 60 to 86,400
   * seconds. A stream ends then. @defaultValue 3600
   */
  readonly lifetimeSeconds?: number
}

/** GitHub: tokens of your OAuth app or GitHub App. */
export interface GithubUserinfoOptions extends RemoteOptions, AssumedLifetime {
  readonly provider: 'github'
  /** Of your app; becomes `aud` of its tokens. */
  readonly clientId: string
  readonly clientSecret: string
  /** Becomes `iss`. @defaultValue `https://github.com` */
  readonly issuer?: string
  /** @defaultValue `https://api.github.com`; `https://<host>/api/v3` for Enterprise Server */
  readonly apiUrl?: string
}

/** Google: access tokens of your OAuth client. */
export interface GoogleUserinfoOptions extends RemoteOptions {
  readonly provider: 'google'
  /** Becomes `aud` of its tokens. */
  readonly clientId: string
  /** Becomes `iss`. @defaultValue `https://accounts.google.com` */
  readonly issuer?: string
  /** @defaultValue `https://oauth2.googleapis.com/tokeninfo` */
  readonly tokenInfoEndpoint?: string
}

/** Any provider with a userinfo endpoint, and a proof of your own that a token is for this server. */
export interface GenericUserinfoOptions extends RemoteOptions, AssumedLifetime {
  readonly provider: 'generic'
  /** Becomes `iss`. */
  readonly issuer: string
  readonly userinfoEndpoint: string
  /**
   * Finds out whether a token was issued for this server: everybody's tokens get an answer from a
   * userinfo endpoint. Anything but `true` refuses the token; what throws is 503.
   */
  readonly provesAudience: (claims: TokenClaims, token: string) => boolean | Promise<boolean>
  /** Becomes `aud` of a token that is proven: the resource identifier, or an `audience` of yours. */
  readonly audience: string
  /** The claim that never changes for a user: text, or a whole number. @defaultValue `sub` */
  readonly subjectClaim?: string
}

/** Options of `userinfoVerifier`. */
export type UserinfoVerifierOptions =
  | GithubUserinfoOptions
  | GoogleUserinfoOptions
  | GenericUserinfoOptions

interface UserinfoCommon extends RemoteSettings {
  readonly issuer: string
  readonly endpoint: string
}

/** The options, checked and completed. */
export type UserinfoSettings =
  | (UserinfoCommon & {
      readonly provider: 'github'
      readonly clientId: string
      readonly clientSecret: string
      readonly lifetimeSeconds: number
    })
  | (UserinfoCommon & { readonly provider: 'google'; readonly clientId: string })
  | (UserinfoCommon & {
      readonly provider: 'generic'
      readonly lifetimeSeconds: number
      readonly subjectClaim: string
    } & Pick<GenericUserinfoOptions, 'audience' | 'provesAudience'>)

const OWNER = 'userinfoVerifier'
const NAMES = {
  github: ['clientId', 'clientSecret', 'issuer', 'apiUrl', 'lifetimeSeconds'],
  google: ['clientId', 'issuer', 'tokenInfoEndpoint'],
  generic: [
    'issuer',
    'userinfoEndpoint',
    'provesAudience',
    'audience',
    'subjectClaim',
    'lifetimeSeconds',
  ],
} as const
const ONE_HOUR_SECONDS = 3_600
const ONE_DAY_SECONDS = 86_400

/** @throws {ConfigError} for the first mistake found */
export function parseUserinfoOptions(options: UserinfoVerifierOptions): UserinfoSettings {
  const provider: unknown = options?.provider
  const isKnown = typeof provider === 'string' && Object.hasOwn(NAMES, provider)
  requireType(isKnown, `${OWNER}: provider`, 'github, google or generic')
  const remote = parseRemoteOptions(options, OWNER, ['provider', ...NAMES[options.provider]])
  switch (options.provider) {
    case 'github':
      return parseGithub(options, remote)
    case 'google':
      return parseGoogle(options, remote)
    case 'generic':
      return parseGeneric(options, remote)
    default:
      return options satisfies never
  }
}

function parseGithub(options: GithubUserinfoOptions, remote: RemoteSettings): UserinfoSettings {
  const { issuer = 'https://github.com', apiUrl = 'https://api.github.com' } = options
  const { allowInsecureLoopback } = remote
  const clientId = requireText(options.clientId, `${OWNER}: clientId`)
  const base = requireUrl(apiUrl, 'apiUrl', remote).replace(/\/$/, '')
  return {
    ...remote,
    provider: 'github',
    issuer: requireIssuer(issuer, allowInsecureLoopback, `${OWNER}: issuer`),
    endpoint: `${base}/applications/${encodeURIComponent(clientId)}/token`,
    clientId,
    clientSecret: requireText(options.clientSecret, `${OWNER}: clientSecret`),
    lifetimeSeconds: parseLifetime(options),
  }
}

function parseGoogle(options: GoogleUserinfoOptions, remote: RemoteSettings): UserinfoSettings {
  const {
    issuer = 'https://accounts.google.com',
    tokenInfoEndpoint = 'https://oauth2.googleapis.com/tokeninfo',
  } = options
  return {
    ...remote,
    provider: 'google',
    issuer: requireIssuer(issuer, remote.allowInsecureLoopback, `${OWNER}: issuer`),
    endpoint: requireUrl(tokenInfoEndpoint, 'tokenInfoEndpoint', remote),
    clientId: requireText(options.clientId, `${OWNER}: clientId`),
  }
}

function parseGeneric(options: GenericUserinfoOptions, remote: RemoteSettings): UserinfoSettings {
  const { provesAudience, subjectClaim = 'sub' } = options
  if (typeof provesAudience !== 'function') {
    throw configError('ERR_CONFIG_AUDIENCE_UNPROVEN', `${OWNER}: provesAudience`)
  }
  return {
    ...remote,
    provider: 'generic',
    issuer: requireIssuer(options.issuer, remote.allowInsecureLoopback, `${OWNER}: issuer`),
    endpoint: requireUrl(options.userinfoEndpoint, 'userinfoEndpoint', remote),
    provesAudience,
    audience: requireText(options.audience, `${OWNER}: audience`),
    subjectClaim: requireText(subjectClaim, `${OWNER}: subjectClaim`),
    lifetimeSeconds: parseLifetime(options),
  }
}

function requireUrl(value: string, name: string, remote: RemoteSettings): string {
  const path = `${OWNER}: ${name}`
  const text = requireText(value, path)
  return requireSecureUrl(text, remote.allowInsecureLoopback, path) ?? text
}

function parseLifetime({ lifetimeSeconds }: AssumedLifetime): number {
  const path = `${OWNER}: lifetimeSeconds`
  return requireNumber(lifetimeSeconds, [60, ONE_DAY_SECONDS], path, ONE_HOUR_SECONDS)
}
