import { createHash } from 'node:crypto'

/**
 * Values that say whose they are: a line of JSON with key and generation, filler that depends on
 * both, and the SHA-256 of all before it. A half of one value never passes for a half of another.
 */

const SUM_BYTES = 32

/** @param length Bytes of filler: more than a page of a database shows what pages do. */
export function encodeValue(key: string, generation: number, length: number): Uint8Array {
  const head = Buffer.from(`${JSON.stringify([key, generation])}\n`)
  const body = Buffer.concat([head, Buffer.alloc(length, sumOf(head))])
  return Buffer.concat([body, sumOf(body)])
}

/**
 * The generation of a value that is whole, and belongs to this key.
 *
 * @throws {Error} For any other.
 */
export function decodeValue(key: string, value: Uint8Array): number {
  const body = Buffer.from(value.subarray(0, -SUM_BYTES))
  if (!sumOf(body).equals(value.subarray(-SUM_BYTES))) throw new Error(`${key}: a mixed value`)
  const head = body.subarray(0, body.indexOf('\n')).toString()
  const [owner, generation] = JSON.parse(head) as [string, number]
  if (owner !== key) throw new Error(`${key}: the value of ${owner}`)
  return generation
}

function sumOf(bytes: Uint8Array): Buffer {
  return createHash('sha256').update(bytes).digest()
}
