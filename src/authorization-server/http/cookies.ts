import type { Settings } from '../options/index.ts'

/** The names of the cookies that `oidc-provider` sets, and of one of ours. */
export interface CookieNames {
  /** Which browser goes through a sign-in to pages of this process. */
  readonly firstParty: string
  readonly session: string
  readonly interaction: string
  readonly resume: string
}

/**
 * Names the cookies. On https a cookie for the whole host is `__Host-`, which no other host of the
 * domain can plant; those of one interaction have a path, which `__Host-` forbids. Servers on one
 * host, told apart by path or port, do not share them (cookies know no ports).
 */
export function cookieNames({ issuerUrl, mountPath }: Settings): CookieNames {
  const isSecure = issuerUrl.protocol === 'https:'
  const suffix = isSecure
    ? mountPath.replaceAll('/', '-')
    : `-${issuerUrl.port}${mountPath.replaceAll('/', '-')}`
  const name = (prefix: string, what: string): string =>
    `${isSecure ? prefix : ''}gatehouse-${what}${suffix}`
  return {
    firstParty: name('__Host-', 'first-party'),
    session: name('__Host-', 'session'),
    interaction: name('__Secure-', 'interaction'),
    resume: name('__Secure-', 'resume'),
  }
}
