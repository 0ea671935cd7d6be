import { UpstreamError } from '../../errors/index.ts'
import type { Principal } from '../../principal/index.ts'
import type { UpstreamToken, UpstreamTokenVault } from './upstream-tokens.ts'

/** Gives the upstream's access token of the user who calls. */
export type UpstreamTokenOf = (principal: Principal) => Promise<UpstreamToken>

/**
 * Finds the credential of a caller: a user whose token our issuer has issued, so that `subject` is
 * the account. Whoever else calls has none here, whatever their subject is called.
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
    let missing: unknown
    const isOurs = principal.kind === 'user' && principal.issuer === issuer
    for (const { name } of isOurs ? upstreams : []) {
      try {
        return await vault.token({ accountId: principal.subject ?? '', upstream: name })
      } catch (error) {
        // An account is of one upstream; with several configured, the others have nothing of it.
        if (!isSignInNeeded(error)) throw error
        missing = error
      }
    }
    throw (
      missing ?? new UpstreamError('ERR_UPSTREAM_SIGN_IN_NEEDED', 'Caller', { retryable: false })
    )
  }
}

function isSignInNeeded(error: unknown): boolean {
  return error instanceof UpstreamError && error.code === 'ERR_UPSTREAM_SIGN_IN_NEEDED'
}
