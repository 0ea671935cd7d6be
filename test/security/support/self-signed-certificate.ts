import { sign } from 'node:crypto'
import type { Forge } from './token-forge.ts'

/** A self-signed X.509 certificate (RFC 5280 §4.1) of an ES256 key, as base64 DER for `x5c`. */
export function selfSign({ privateKey, publicKey }: Forge): string {
  const ecdsaWithSha256 = sequence(Buffer.from('06082a8648ce3d040302', 'hex'))
  const commonName = der(0x31, sequence(Buffer.from('0603550403', 'hex'), der(0x0c, 'forged')))
  const name = sequence(commonName)
  const validity = sequence(der(0x17, '200101000000Z'), der(0x17, '491231235959Z'))
  const spki = publicKey.export({ type: 'spki', format: 'der' })
  const serial = der(0x02, Buffer.from([1]))
  const body = sequence(serial, ecdsaWithSha256, name, validity, name, spki)
  const signature = Buffer.concat([Buffer.from([0]), sign('sha256', body, privateKey)])
  return sequence(body, ecdsaWithSha256, der(0x03, signature)).toString('base64')
}

function sequence(...parts: readonly Uint8Array[]): Buffer {
  return der(0x30, Buffer.concat(parts))
}

/** Tag, length and value (X.690 §8.1), for values below 64 KiB. */
function der(tag: number, content: string | Uint8Array): Buffer {
  const value = Buffer.from(content)
  const { length } = value
  const short = length < 0x80 ? [length] : [0x81, length]
  const octets = length > 0xff ? [0x82, length >> 8, length & 0xff] : short
  return Buffer.concat([Buffer.from([tag, ...octets]), value])
}
