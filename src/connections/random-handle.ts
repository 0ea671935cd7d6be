// Taken when the module loads, so that code that replaces the global later does not matter.
const { crypto } = globalThis

/** 256 random bits as 43 characters of base64url. */
export function randomHandle(): string {
  return toBase64Url(crypto.getRandomValues(new Uint8Array(32)))
}

/** RFC 4648 §5, without padding. */
export function toBase64Url(bytes: Uint8Array): string {
  const text = btoa(String.fromCharCode(...bytes))
  return text.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}
