import type { RevocableCaller } from '../../revocation/index.ts'
import type { IssuedClaims } from './issued-tokens.ts'

/** Whom a token of ours is for: a user, or a client that is its own subject (RFC 9068 §2.2). */
export function callerOf(issuer: string, { sub, client_id }: IssuedClaims): RevocableCaller {
  return {
    issuer,
    subject: sub === client_id ? undefined : String(sub),
    clientId: String(client_id),
  }
}
