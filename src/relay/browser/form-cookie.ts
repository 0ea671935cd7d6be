import { randomBytes } from 'node:crypto'
import { secretsNamed } from '../../oauth-client/index.ts'
import type { RelaySettings } from '../options/index.ts'

/**
 * The cookie that forms are bound to: whoever has opened the page elsewhere cannot have it sent by
 * this browser. It says nothing about what was allowed, and is set before anything is.
 */
export interface FormCookie {
  /** What the browser has sent under its name. */
  read(cookieHeader: string | undefined): readonly string[]
  /** The one that the browser has, or a new one with the line that sets it. */
  take(cookieHeader: string | undefined): {
    readonly secret: string
    readonly setCookie: readonly string[]
  }
}

export function createFormCookie({ issuerUrl, mountPath }: RelaySettings): FormCookie {
  const isSecure = issuerUrl.protocol === 'https:'
  const suffix = mountPath.replaceAll('/', '-')
  // `__Host-` is only taken from secure origins, so that no other host of the domain plants one;
  // cookies know no ports.
  const name = isSecure
    ? `__Host-gatehouse-relay${suffix}`
    : `gatehouse-relay-${issuerUrl.port}${suffix}`
  const attributes = `Path=/; HttpOnly; SameSite=Lax${isSecure ? '; Secure' : ''}`
  return {
    read: (cookieHeader) => secretsNamed(cookieHeader, name),
    take(cookieHeader) {
      const [present] = secretsNamed(cookieHeader, name)
      if (present !== undefined) return { secret: present, setCookie: [] }
      const secret = randomBytes(32).toString('base64url')
      return { secret, setCookie: [`${name}=${secret}; ${attributes}`] }
    },
  }
}
