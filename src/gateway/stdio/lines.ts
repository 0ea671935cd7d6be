/** Cuts bytes into lines, as they arrive. */
export interface LineReader {
  /** @returns `false` where a line is longer than it may be; nothing is read after that. */
  push(chunk: Buffer): boolean
}

const NEWLINE = 0x0a

/** Creates a reader of lines that end in a newline, which is not part of them. */
export function createLineReader(maxBytes: number, onLine: (line: string) => void): LineReader {
  let pending: Buffer[] = []
  let pendingBytes = 0
  let isOver = false

  function keep(part: Buffer): boolean {
    pendingBytes += part.byteLength
    if (pendingBytes > maxBytes) {
      isOver = true
      pending = []
      return false
    }
    pending.push(part)
    return true
  }

  function take(): string {
    const [only] = pending
    const bytes = pending.length === 1 && only !== undefined ? only : Buffer.concat(pending)
    pending = []
    pendingBytes = 0
    return bytes.toString('utf8')
  }

  return {
    push(chunk) {
      let start = 0
      while (!isOver) {
        const end = chunk.indexOf(NEWLINE, start)
        if (end === -1) return keep(chunk.subarray(start))
        if (!keep(chunk.subarray(start, end))) return false
        onLine(take())
        start = end + 1
      }
      return false
    },
  }
}
