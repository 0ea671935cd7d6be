import { secretsNamed } from '../../oauth-client/index.ts'

/** The cookie of a session: 256 random bits, which prove which browser it is. */
export interface SessionCookie {
  /** Every value that the browser has under this name; a cookie may be sent twice. */
  read(cookieHeader: string | undefined): readonly string[]
  /** The line that sets it, until the browser ends. */
  set(value: string): string
  /** The line that ends it. */
  clear(): string
}

/**
 * Names the cookie. On https it is `__Host-`, which no other host of the domain can plant. Servers on
 * one host, told apart by path or port, do not share it (cookies know no ports).
 */
export function createSessionCookie(baseUrl: URL): SessionCookie {
  const isSecure = baseUrl.protocol === 'https:'
  const path = baseUrl.pathname.replace(/\/$/, '').replaceAll('/', '-')
  const suffix = isSecure ? path : `-${baseUrl.port}${path}`
  const name = `${isSecure ? '__Host-' : ''}gatehouse-account${suffix}`
  // Lax: the user comes back from other sites, by links and redirects, and no form of theirs has it.
  const attributes = `Path=/; HttpOnly; SameSite=Lax${isSecure ? '; Secure' : ''}`
  return {
    read: (cookieHeader) => secretsNamed(cookieHeader, name),
    set: (value) => `${name}=${value}; ${attributes}`,
    clear: () => `${name}=; ${attributes}; Max-Age=0`,
  }
}
