import { expect, test } from 'vitest'
import { decodeCompactJwe } from '../../src/verifiers/compact-jwe.ts'
import { decryptJwe } from '../../src/verifiers/decrypt-jwe.ts'
import { startRing } from '../unit/keys/support.ts'
import rfc7516 from './rfc7516.json' with { type: 'json' }

const { alg, jwk, plaintext, token } = rfc7516

test('RFC 7516 Appendix A.1 is decrypted', async () => {
  const { ring } = await startRing('encryption', [{ ...jwk, alg }])
  const header = { alg, kid: '', parameters: { alg, enc: 'A256GCM' } }
  const decrypted = await decryptJwe(token, header, await ring.current())
  expect(decrypted).toEqual({ ok: true, value: new TextEncoder().encode(plaintext) })
})

test('RFC 7516 Appendix A.1 is refused before that: by its algorithm, else for want of a kid', () => {
  expect(decodeCompactJwe(token, new Set(['RSA-OAEP-256']))).toEqual({ ok: false, reason: 'alg' })
  expect(decodeCompactJwe(token, new Set([alg]))).toEqual({ ok: false, reason: 'kid' })
})
