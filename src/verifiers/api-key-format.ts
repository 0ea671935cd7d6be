import { crc32 } from './crc32.ts'
import { accept, type Checked, refuse } from './token-failure.ts'

/**
 * The form of an API key: `<prefix>_<43 random characters>_<6 characters of checksum>`, in base62.
 *
 * The prefix says to people and secret scanners what it is, the underscores let a double click
 * select it as a whole, and the checksum tells a key from a text that only looks like one without
 * asking anybody. It is no proof: anybody can compute it.
 *
 * @see [Behind GitHub's new authentication token formats](https://github.blog/engineering/platform-security/behind-githubs-new-authentication-token-formats/)
 * @module
 */

const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
/** 62 to the power of this is more than 2 to the power of 256. */
const RANDOM_LENGTH = 43
const CHECKSUM_LENGTH = 6
/** Bytes from here on are drawn again: 62 is no divisor of 256, and some characters would be likelier. */
const FIRST_UNEVEN_BYTE = 248
const PREFIX = /^[a-z][a-z0-9]{1,15}$/

const { crypto } = globalThis

/** Whether a prefix is one that keys can have: without an underscore, so that none begins another. */
export function isKeyPrefix(prefix: unknown): prefix is string {
  return typeof prefix === 'string' && PREFIX.test(prefix)
}

/** What every key with this prefix begins with. */
export function keyStart(prefix: string): string {
  return `${prefix}_`
}

/** Makes a new key, of 256 random bits. */
export function createKey(prefix: string): string {
  const body = `${keyStart(prefix)}${randomCharacters(RANDOM_LENGTH)}`
  return `${body}_${checksumOf(body)}`
}

/** Checks form and checksum of a key that has the prefix. */
export function checkKey(key: string, prefix: string): Checked<string> {
  const [start, random = '', checksum = '', ...rest] = key.split('_')
  const isComplete = random.length === RANDOM_LENGTH && checksum.length === CHECKSUM_LENGTH
  const isWhole = start === prefix && isComplete && rest.length === 0
  if (!isWhole || !/^[0-9A-Za-z]+$/.test(random + checksum)) return refuse('format')
  return checksum === checksumOf(`${prefix}_${random}`) ? accept(key) : refuse('checksum')
}

function randomCharacters(length: number): string {
  let characters = ''
  while (characters.length < length) {
    const drawn = crypto.getRandomValues(new Uint8Array(length))
    const even = drawn.filter((byte) => byte < FIRST_UNEVEN_BYTE)
    characters += Array.from(even, (byte) => BASE62[byte % BASE62.length]).join('')
  }
  return characters.slice(0, length)
}

function checksumOf(body: string): string {
  let rest = crc32(body)
  let text = ''
  for (let place = 0; place < CHECKSUM_LENGTH; place += 1) {
    text = `${BASE62[rest % BASE62.length]}${text}`
    rest = Math.floor(rest / BASE62.length)
  }
  return text
}
