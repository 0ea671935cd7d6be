import { crc32, deflateSync } from 'node:zlib'

const SIGNATURE = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1')
const MAX_COLORS = 256
const NO_FILTER = 0
/** Squared distance of colours that look the same. */
const LIKENESS = 8

/**
 * Writes an image with a palette, a third of the size of one in true colour (PNG §11.2). Of more
 * than 256 colours, the others become the nearest of them.
 *
 * @param pixels Red, green, blue, alpha of every pixel by rows; alpha is left out.
 */
export function encodeIndexedPng(
  pixels: Uint8Array,
  { width, height }: { readonly width: number; readonly height: number },
): Buffer {
  const colors = Array.from({ length: width * height }, (_, index) => {
    const [red = 0, green = 0, blue = 0] = pixels.subarray(index * 4, index * 4 + 3)
    return (red << 16) | (green << 8) | blue
  })
  const counts = new Map<number, number>()
  for (const color of colors) counts.set(color, (counts.get(color) ?? 0) + 1)
  const byCount = [...counts].toSorted(([, a], [, b]) => b - a).map(([color]) => color)
  const palette = choosePalette(byCount)
  const places = new Map(byCount.map((color) => [color, nearest(palette, color).place]))
  const rows = Array.from({ length: height }, (_, y) => [
    NO_FILTER,
    ...colors.slice(y * width, (y + 1) * width).map((color) => places.get(color) ?? 0),
  ])
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  header.set([8, 3, 0, 0, 0], 8)
  return Buffer.concat([
    SIGNATURE,
    chunk('IHDR', header),
    chunk('PLTE', Buffer.from(palette.flatMap(channels))),
    chunk('IDAT', deflateSync(Buffer.from(rows.flat()), { level: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ])
}

/** Leaves out what is hardly different from a more frequent colour, so that rare ones have room. */
function choosePalette(byCount: readonly number[]): readonly number[] {
  const palette: number[] = []
  for (const color of byCount) {
    if (palette.length < MAX_COLORS && nearest(palette, color).distance > LIKENESS) {
      palette.push(color)
    }
  }
  return palette
}

function nearest(
  palette: readonly number[],
  color: number,
): { readonly place: number; readonly distance: number } {
  const from = channels(color)
  const distances = palette.map((other) =>
    channels(other).reduce((sum, channel, index) => sum + (channel - (from[index] ?? 0)) ** 2, 0),
  )
  const distance = Math.min(...distances)
  return { place: distances.indexOf(distance), distance }
}

function channels(color: number): readonly number[] {
  return [color >> 16, (color >> 8) & 255, color & 255]
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data])
  const length = Buffer.alloc(4)
  const checksum = Buffer.alloc(4)
  length.writeUInt32BE(data.length)
  checksum.writeUInt32BE(crc32(body))
  return Buffer.concat([length, body, checksum])
}
