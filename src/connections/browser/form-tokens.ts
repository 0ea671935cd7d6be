import { randomHandle, toBase64Url } from '../random-handle.ts'

const TOKEN = /^([\w-]{43})\.([\w-]{43})$/
const encoder = new TextEncoder()
const { subtle } = globalThis.crypto

/**
 * Makes the token of a form, against forged requests: an HMAC-SHA-256 that the secret of the
 * session's cookie gives, over what the form is for. A page of another form, session or site has
 * none. It differs each time, so that a compressed answer tells nothing about it.
 *
 * @param purpose What the form does, and to what: `disconnect github`.
 */
export async function issueFormToken(sessionSecret: string, purpose: string): Promise<string> {
  const salt = randomHandle()
  const mac = await subtle.sign('HMAC', await keyOf(sessionSecret), message(salt, purpose))
  return `${salt}.${toBase64Url(new Uint8Array(mac))}`
}

/** Whether a token was made for this session and purpose; compared in constant time. */
export async function isFormToken(
  token: string | null | undefined,
  sessionSecret: string,
  purpose: string,
): Promise<boolean> {
  const [, salt, mac] = TOKEN.exec(token ?? '') ?? []
  if (salt === undefined || mac === undefined) return false
  const signature = Uint8Array.from(
    atob(mac.replaceAll('-', '+').replaceAll('_', '/')),
    (character) => character.charCodeAt(0),
  )
  return subtle.verify('HMAC', await keyOf(sessionSecret), signature, message(salt, purpose))
}

function keyOf(secret: string): Promise<CryptoKey> {
  const algorithm = { name: 'HMAC', hash: 'SHA-256' }
  return subtle.importKey('raw', encoder.encode(secret), algorithm, false, ['sign', 'verify'])
}

function message(salt: string, purpose: string): Uint8Array<ArrayBuffer> {
  return encoder.encode(`mcp-gatehouse form\n${salt}\n${purpose}`)
}
