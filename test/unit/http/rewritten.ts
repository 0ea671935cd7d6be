import type { BodyRewriter } from '../../../src/http/index.ts'

/** What a rewriter gives for a body in these pieces: for each push, then for the end. */
export async function pushAll(
  rewriter: BodyRewriter | undefined,
  pieces: readonly (string | Uint8Array)[],
): Promise<string[]> {
  if (rewriter === undefined) throw new Error('There is no rewriter.')
  const given: string[] = []
  for (const piece of pieces) given.push(latin1(await rewriter.push(Buffer.from(piece))))
  given.push(latin1(await rewriter.end()))
  return given
}

/** The whole body that comes out, as text. */
export async function rewriteAll(
  rewriter: BodyRewriter | undefined,
  pieces: readonly (string | Uint8Array)[],
): Promise<string> {
  return Buffer.from((await pushAll(rewriter, pieces)).join(''), 'latin1').toString()
}

/** Cuts bytes at these offsets. */
export function cutAt(bytes: Uint8Array, offsets: readonly number[]): Uint8Array[] {
  const sorted = offsets.map((offset) => offset % (bytes.length + 1)).toSorted((a, b) => a - b)
  return [...sorted, bytes.length].map((end, at) =>
    bytes.subarray(at === 0 ? 0 : sorted[at - 1], end),
  )
}

/** One character per byte: pieces may end inside of a character. */
function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('latin1')
}
