import { DeniedError } from '../errors/index.ts'
import { type Principal, userId } from '../principal/index.ts'

/** Whose connections: one person of one issuer and tenant. */
export interface ConnectionOwner {
  /** `principal.id` of a user. */
  readonly id: string
  readonly issuer: string
  readonly subject: string
  readonly tenant: string | undefined
}

/**
 * The owner that a caller is. A client that acts for itself is nobody's, and gets no connection of
 * anybody.
 *
 * @throws {DeniedError} `ERR_DENIED_NO_USER`
 */
export function ownerOf(principal: Principal<unknown>): ConnectionOwner {
  if (principal.kind !== 'user') throw new DeniedError('ERR_DENIED_NO_USER', 'Connection')
  const { id, issuer, subject, tenant } = principal
  return { id, issuer, subject, tenant }
}

/** The owner that a person is, by what identifies them: the same as that of their tokens. */
export function ownerOfUser(user: {
  readonly issuer: string
  readonly subject: string
  readonly tenant?: string | undefined
}): ConnectionOwner {
  const { issuer, subject, tenant } = user
  return { id: userId({ issuer, subject, tenant }), issuer, subject, tenant }
}
