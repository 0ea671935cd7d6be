import type { JWK } from 'jose'
import { configError, requireIssuer, requireSecureUrl, requireType } from '../../options/index.ts'
import { ASYMMETRIC_ALGORITHMS } from '../algorithms.ts'
import {
  parseRemoteOptions,
  type RemoteOptions,
  type RemoteSettings,
  requireText,
} from './remote-options.ts'

/** Options of `introspectionVerifier`. */
export interface IntrospectionVerifierOptions extends RemoteOptions {
  /** Issuer identifier, exactly as the answers state it in `iss`. */
  readonly issuer: string
  /** @defaultValue `introspection_endpoint` of the issuer's metadata */
  readonly introspectionEndpoint?: string
  /** The client identifier of this resource server at the authorization server. */
  readonly clientId: string
  /** The secret that belongs to it; either this, or `privateKey`. */
  readonly clientSecret?: string | undefined
  /** A private key (JWK with `alg`, and `kid` where several are registered) for `private_key_jwt`. */
  readonly privateKey?: JWK | undefined
  /**
   * How the secret is sent.
   * @defaultValue Basic, unless the issuer's metadata lists the body and not that
   */
  readonly clientSecretMethod?: 'client_secret_basic' | 'client_secret_post'
  /**
   * Ask for answers that are signed with this algorithm (RFC 9701), and accept no other. Without
   * it, an answer that comes signed is verified, and a plain one accepted. @defaultValue none
   */
  readonly signingAlgorithm?: string
}

/** The options, checked and completed. */
export interface IntrospectionSettings extends RemoteSettings {
  readonly issuer: string
  readonly introspectionEndpoint: string | undefined
  readonly clientId: string
  readonly clientSecret: string | undefined
  readonly privateKey: JWK | undefined
  readonly clientSecretMethod: 'client_secret_basic' | 'client_secret_post' | undefined
  readonly signingAlgorithm: string | undefined
}

const OWNER = 'introspectionVerifier'
const NAMES: readonly string[] = [
  'issuer',
  'introspectionEndpoint',
  'clientId',
  'clientSecret',
  'privateKey',
  'clientSecretMethod',
  'signingAlgorithm',
] satisfies Exclude<keyof IntrospectionVerifierOptions, keyof RemoteOptions>[]
const SECRET_METHODS: ReadonlySet<unknown> = new Set([
  undefined,
  'client_secret_basic',
  'client_secret_post',
])

/** @throws {ConfigError} for the first mistake found */
export function parseIntrospectionOptions(
  options: IntrospectionVerifierOptions,
): IntrospectionSettings {
  const remote = parseRemoteOptions(options, OWNER, NAMES)
  const { allowInsecureLoopback } = remote
  const { introspectionEndpoint, signingAlgorithm } = options
  const isUnset = 'signingAlgorithm' in options && signingAlgorithm === undefined
  if (isUnset || !isSignatureAlgorithm(signingAlgorithm)) {
    throw configError('ERR_CONFIG_ALGORITHM_UNSUPPORTED', `${OWNER}: signingAlgorithm`)
  }
  return {
    ...remote,
    issuer: requireIssuer(options.issuer, allowInsecureLoopback, `${OWNER}: issuer`),
    introspectionEndpoint: requireSecureUrl(
      introspectionEndpoint,
      allowInsecureLoopback,
      `${OWNER}: introspectionEndpoint`,
    ),
    clientId: requireText(options.clientId, `${OWNER}: clientId`),
    ...parseCredentials(options),
    signingAlgorithm,
  }
}

function parseCredentials({
  clientSecret,
  privateKey,
  clientSecretMethod,
}: IntrospectionVerifierOptions): Pick<
  IntrospectionSettings,
  'clientSecret' | 'clientSecretMethod' | 'privateKey'
> {
  if (clientSecret !== undefined && privateKey !== undefined) {
    const subject = `${OWNER}: clientSecret and privateKey`
    throw configError('ERR_CONFIG_OPTIONS_CONFLICT', subject)
  }
  requireType(
    SECRET_METHODS.has(clientSecretMethod),
    `${OWNER}: clientSecretMethod`,
    'client_secret_basic or client_secret_post',
  )
  // The endpoint must not answer strangers (RFC 7662 §2.1).
  if (privateKey === undefined) requireText(clientSecret, `${OWNER}: clientSecret`)
  const isPrivate = typeof privateKey?.d === 'string' && typeof privateKey.alg === 'string'
  if (privateKey !== undefined && !isPrivate) {
    const subject = `${OWNER}: privateKey (a private JWK with alg)`
    throw configError('ERR_CONFIG_KEY_INVALID', subject)
  }
  return { clientSecret, privateKey, clientSecretMethod }
}

function isSignatureAlgorithm(algorithm: string | undefined): boolean {
  return algorithm === undefined || ASYMMETRIC_ALGORITHMS.includes(algorithm)
}
