// Unpadded base64url whose last character has no bits that decoding drops: with those, one token
// would have several spellings, and a revoked one could come back in another (RFC 4648 §3.5).
const CANONICAL =
  /^(?:[A-Za-z0-9_-]{4})*(?:[A-Za-z0-9_-][AQgw]|[A-Za-z0-9_-]{2}[AEIMQUYcgkosw048])?$/

/** Whether a segment of a compact serialization is the only spelling of its bytes; it may be empty. */
export function isCanonicalSegment(segment: string): boolean {
  return CANONICAL.test(segment)
}
