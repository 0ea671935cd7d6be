/**
 * The URIs of resources, in every spelling that a handler may get to see.
 *
 * @module
 */

const MAX_LENGTH = 8_192
/** What is encoded more often than anybody needs is encoded to be overlooked. */
const MAX_ENCODINGS = 4
// Some code takes a backslash for a slash; a control character ends a text, or is dropped.
// oxlint-disable-next-line no-control-regex
const DECEPTIVE = /[\0-\x1F\x7F\\]/
const ENCODED = /%([0-9A-Fa-f]{2})/g
// unreserved, RFC 3986 §2.3
const UNRESERVED = /^[A-Za-z0-9\-._~]$/

// Taken when the module loads, as everything of the platform on the way of a request.
const PlatformUrl = URL

/**
 * The spellings of a URI: as it was sent, as a handler gets it from `new URL(…).href`, and
 * normalised (RFC 3986 §6.2.2), for handlers that decode. Often they are one. A caller needs
 * permission for each, since which of them a handler goes by is its own affair.
 *
 * It does NOT decode reserved characters: `%2F` is no slash to a policy.
 *
 * @returns `undefined` for what is no URI, is longer than 8,192 characters, or is ambiguous.
 */
export function spellingsOf(uri: string): readonly string[] | undefined {
  if (isAmbiguous(uri)) return undefined
  try {
    const { href } = new PlatformUrl(uri)
    return [...new Set([uri, href, normalised(href)])]
  } catch {
    return undefined
  }
}

/**
 * Whether code further in could take a URI or URI template for another one: it is longer than
 * 8,192 characters, or its path has, before or after decoding, a segment `.` or `..`, a backslash
 * or a control character.
 */
export function isAmbiguous(uri: string): boolean {
  if (uri.length > MAX_LENGTH || DECEPTIVE.test(uri)) return true
  const path = uri.slice(uri.indexOf(':') + 1)
  const end = path.search(/[?#]/)
  const decoded = fullyDecoded(end === -1 ? path : path.slice(0, end))
  return (
    decoded === undefined ||
    DECEPTIVE.test(decoded) ||
    decoded.split(/[/?#]/).some((segment) => segment === '.' || segment === '..')
  )
}

/** Only ASCII matters here, so a byte may stand for a character. */
function fullyDecoded(path: string): string | undefined {
  let decoded = path
  for (let round = 0; round <= MAX_ENCODINGS; round += 1) {
    const next = decoded.replace(ENCODED, (_match, hex: string) => characterOf(hex))
    if (next === decoded) return decoded
    decoded = next
  }
  return undefined
}

function normalised(href: string): string {
  return href.replace(ENCODED, (match, hex: string) => {
    const character = characterOf(hex)
    return UNRESERVED.test(character) ? character : match.toUpperCase()
  })
}

function characterOf(hex: string): string {
  return String.fromCharCode(Number.parseInt(hex, 16))
}
