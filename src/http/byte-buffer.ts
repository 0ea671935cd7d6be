/** Bytes that wait for more of them. */
export interface ByteBuffer {
  readonly length: number
  append(bytes: Uint8Array): void
  /** All of them, as a view that the next `append` may make stale. */
  view(): Uint8Array
  /** All of them, and leaves nothing. */
  take(): Uint8Array
}

/**
 * Creates a buffer whose storage doubles, so that its cost is linear however small the pieces are.
 * It copies: writers may use their memory again.
 */
export function createByteBuffer(): ByteBuffer {
  let storage = new Uint8Array(0)
  let length = 0
  return {
    get length() {
      return length
    },
    append(bytes) {
      const needed = length + bytes.byteLength
      if (needed > storage.byteLength) {
        const grown = new Uint8Array(Math.max(needed, storage.byteLength * 2))
        grown.set(storage.subarray(0, length))
        storage = grown
      }
      storage.set(bytes, length)
      length = needed
    },
    view: () => storage.subarray(0, length),
    take() {
      const taken = storage.subarray(0, length)
      storage = new Uint8Array(0)
      length = 0
      return taken
    },
  }
}

/** Joins pieces; without copying where they lie side by side in one memory. */
export function joinBytes(pieces: readonly Uint8Array[]): Uint8Array {
  const merged: Uint8Array[] = []
  for (const piece of pieces) {
    const last = merged.at(-1)
    if (piece.byteLength === 0) continue
    if (last !== undefined && isFollowedBy(last, piece)) {
      const length = last.byteLength + piece.byteLength
      merged[merged.length - 1] = new Uint8Array(last.buffer, last.byteOffset, length)
    } else merged.push(piece)
  }
  const [first = new Uint8Array(0), second] = merged
  return second === undefined ? first : copyTogether(merged)
}

function isFollowedBy(piece: Uint8Array, next: Uint8Array): boolean {
  return piece.buffer === next.buffer && piece.byteOffset + piece.byteLength === next.byteOffset
}

function copyTogether(pieces: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(pieces.reduce((sum, { byteLength }) => sum + byteLength, 0))
  let at = 0
  for (const piece of pieces) {
    joined.set(piece, at)
    at += piece.byteLength
  }
  return joined
}
