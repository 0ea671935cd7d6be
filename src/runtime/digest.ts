import { nodeBuiltin } from './node-builtin.ts'

const hash = nodeBuiltin('node:crypto')?.hash
const encoder = new TextEncoder()
const { subtle } = globalThis.crypto

/**
 * The SHA-256 of a string, as 44 characters of base64 or, where the platform only has WebCrypto,
 * as a promise of 64 characters of hex. Both identify the string; neither can be turned back.
 *
 * The synchronous way takes 2 µs, a tenth of WebCrypto's, and this is on every request's path.
 */
export function sha256(text: string): string | Promise<string> {
  return hash === undefined ? sha256Hex(text) : hash('sha256', text, 'base64')
}

/** The SHA-256 of a string as 64 characters of hex, the same on every runtime. */
export async function sha256Hex(text: string): Promise<string> {
  const digest = await sha256Bytes(text)
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('')
}

/** The SHA-256 of a string. */
export async function sha256Bytes(text: string): Promise<Uint8Array> {
  return new Uint8Array(await subtle.digest('SHA-256', encoder.encode(text)))
}
