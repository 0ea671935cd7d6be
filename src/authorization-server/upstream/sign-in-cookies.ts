import { randomBytes } from 'node:crypto'

/** A cookie that proves which browser has approved a sign-in. */
export interface SignInCookie {
  readonly name: string
  /** 256 random bits; what is stored is its hash. */
  readonly secret: string
}

/** Beyond this a browser's further sign-ins share the cookies that it has. */
const MAX_COOKIES = 10
const SECRET = /^[\w-]{43}$/

/**
 * The cookie for a new sign-in, and the line that sets it. Each sign-in has one of its own, so that
 * tabs do not disturb each other; where a browser has ten already, it is given the first again, for
 * as long as this sign-in lasts: cookies stay below 1 KB, and every sign-in can end.
 *
 * @param id Tells the sign-in from others: 16 hexadecimal digits.
 */
export function createSignInCookie(
  cookieHeader: string | undefined,
  {
    id,
    isSecure,
    ttlSeconds,
  }: {
    readonly id: string
    readonly isSecure: boolean
    readonly ttlSeconds: number
  },
): SignInCookie & { readonly setCookie: string } {
  const prefix = prefixFor(isSecure)
  const present = readCookies(cookieHeader).filter(
    ({ name, secret }) => name.startsWith(prefix) && SECRET.test(secret),
  )
  const shared = present.length >= MAX_COOKIES ? present[0] : undefined
  const { name, secret } = shared ?? {
    name: prefix + id,
    secret: randomBytes(32).toString('base64url'),
  }
  const secure = isSecure ? '; Secure' : ''
  const attributes = `Path=/; Max-Age=${ttlSeconds}; HttpOnly; SameSite=Lax${secure}`
  return { name, secret, setCookie: `${name}=${secret}; ${attributes}` }
}

/** Every secret that the browser has under this name; a cookie may be sent twice. */
export function secretsNamed(cookieHeader: string | undefined, name: string): readonly string[] {
  return readCookies(cookieHeader)
    .filter((cookie) => cookie.name === name && SECRET.test(cookie.secret))
    .map(({ secret }) => secret)
}

/** `__Host-` is only taken from secure origins: nobody else on the domain can plant such a cookie. */
function prefixFor(isSecure: boolean): string {
  return isSecure ? '__Host-sign-in-' : 'sign-in-'
}

function readCookies(cookieHeader = ''): readonly SignInCookie[] {
  return cookieHeader.split(';').map((pair) => {
    const [name = '', ...value] = pair.split('=')
    return { name: name.trim(), secret: value.join('=').trim() }
  })
}
