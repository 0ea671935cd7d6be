import { createHmac, generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import type { JWK } from 'jose'

/** What stands in a segment: JSON of an object, or a text or bytes exactly as they are. */
export type SegmentContent = Readonly<Record<string, unknown>> | string | Uint8Array

export type ForgeAlgorithm = 'ES256' | 'RS256'

/** A key pair in the hands of the test, so that anything at all can be signed with it. */
export interface Forge {
  readonly alg: ForgeAlgorithm
  readonly kid: string
  readonly publicKey: KeyObject
  readonly privateKey: KeyObject
  /** The public key as it is published. */
  readonly jwk: JWK
  /** A compact JWS (RFC 7515 §7.1) with exactly this header and this payload. */
  sign(header: SegmentContent, payload: SegmentContent): string
}

export function createForge(kid: string, alg: ForgeAlgorithm = 'ES256'): Forge {
  const { publicKey, privateKey } =
    alg === 'ES256'
      ? generateKeyPairSync('ec', { namedCurve: 'P-256' })
      : generateKeyPairSync('rsa', { modulusLength: 2048 })
  return {
    alg,
    kid,
    publicKey,
    privateKey,
    jwk: { ...publicKey.export({ format: 'jwk' }), kid, alg, use: 'sig' },
    sign: (header, payload) =>
      compact(header, payload, (input) =>
        sign('sha256', input, { key: privateKey, dsaEncoding: 'ieee-p1363' }),
      ),
  }
}

/** A compact JWS with an HMAC over any key, an empty one too. */
export function signWithSecret(
  header: SegmentContent & { readonly alg: string },
  payload: SegmentContent,
  secret: string | Uint8Array,
): string {
  return compact(header, payload, (input) =>
    createHmac(header.alg.replace('HS', 'sha'), secret).update(input).digest(),
  )
}

/** A compact JWS with these bytes for a signature. */
export function withSignature(
  header: SegmentContent,
  payload: SegmentContent,
  signature: Uint8Array,
): string {
  return compact(header, payload, () => signature)
}

export function encodeSegment(content: SegmentContent): string {
  const isText = typeof content === 'string' || content instanceof Uint8Array
  return Buffer.from(isText ? content : JSON.stringify(content)).toString('base64url')
}

function compact(
  header: SegmentContent,
  payload: SegmentContent,
  signer: (input: Uint8Array) => Uint8Array,
): string {
  const input = `${encodeSegment(header)}.${encodeSegment(payload)}`
  return `${input}.${Buffer.from(signer(Buffer.from(input))).toString('base64url')}`
}
