/** Of the polynomial that zip, PNG and the tokens of GitHub have, with its bits reversed. */
const POLYNOMIAL = 0xed_b8_83_20
const encoder = new TextEncoder()

/** The CRC-32 of a text: finds typing errors, and proves nothing. Not every runtime has one. */
export function crc32(text: string): number {
  let remainder = 0xff_ff_ff_ff
  for (const byte of encoder.encode(text)) {
    remainder ^= byte
    for (let bit = 0; bit < 8; bit += 1) {
      remainder = (remainder >>> 1) ^ (remainder & 1 ? POLYNOMIAL : 0)
    }
  }
  return ~remainder >>> 0
}
