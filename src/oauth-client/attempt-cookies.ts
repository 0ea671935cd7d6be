import { randomBytes } from 'node:crypto'

/** A cookie that proves which browser has begun an attempt. */
export interface AttemptCookie {
  readonly name: string
  /** 256 random bits; what is stored is its hash. */
  readonly secret: string
}

/** Beyond this a browser's further attempts share the cookies that it has. */
const MAX_COOKIES = 10
const SECRET = /^[\w-]{43}$/

/**
 * The cookie for a new attempt, and the line that sets it. Each attempt has one of its own, so that
 * tabs do not disturb each other; where a browser has ten already, it is given the first again, for
 * as long as this attempt lasts: cookies stay below 1 KB, and every attempt can end.
 *
 * @param id Tells the attempt from others: 16 hexadecimal digits.
 */
export function createAttemptCookie(
  cookieHeader: string | undefined,
  {
    prefix: kind,
    id,
    isSecure,
    ttlSeconds,
  }: {
    /** Which attempts: letters and `-`. */
    readonly prefix: string
    readonly id: string
    readonly isSecure: boolean
    readonly ttlSeconds: number
  },
): AttemptCookie & { readonly setCookie: string } {
  const prefix = prefixFor(kind, isSecure)
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
function prefixFor(kind: string, isSecure: boolean): string {
  return isSecure ? `__Host-${kind}-` : `${kind}-`
}

function readCookies(cookieHeader = ''): readonly AttemptCookie[] {
  return cookieHeader.split(';').map((pair) => {
    const [name = '', ...value] = pair.split('=')
    return { name: name.trim(), secret: value.join('=').trim() }
  })
}
