import { UpstreamError } from '../../errors/index.ts'
import type { Principal } from '../../principal/index.ts'
import { accountOf } from './account-id.ts'
import type { UpstreamToken, UpstreamTokenVault } from './upstream-tokens.ts'

/** Gives the upstream's access token of the user who calls. */
export type UpstreamTokenOf = (principal: Principal<unknown>) => Promise<UpstreamToken>

/**
 * Finds the credential of a caller's account. Who has none gets no token of anybody.
 *
 * @throws {UpstreamError} What {@link UpstreamTokenVault.token} throws.
 */
export function createUpstreamTokenOf(
  vault: UpstreamTokenVault,
  {
    issuer,
    upstreams,
  }: { readonly issuer: string; readonly upstreams: readonly { readonly name: string }[] },
): UpstreamTokenOf {
  return async (principal) => {
    const accountId = accountOf(principal, issuer)
    if (accountId === undefined) throw signInNeeded()
    let missing: unknown
    for (const { name } of upstreams) {
      try {
        return await vault.token({ accountId, upstream: name })
      } catch (error) {
        // An account is of one upstream; with several configured, the others have nothing of it.
        if (!isSignInNeeded(error)) throw error
        missing = error
      }
    }
    throw missing ?? signInNeeded()
  }
}

function signInNeeded(): UpstreamError {
  return new UpstreamError('ERR_UPSTREAM_SIGN_IN_NEEDED', 'Caller', { retryable: false })
}

function isSignInNeeded(error: unknown): boolean {
  return error instanceof UpstreamError && error.code === 'ERR_UPSTREAM_SIGN_IN_NEEDED'
}
