import { CompactEncrypt, compactDecrypt } from 'jose'
import { StorageError } from '../../errors/index.ts'
import { formatRecord, isObject, parseRecord } from '../../runtime/index.ts'
import type { Storage, Write } from '../../storage/index.ts'
import type { RecordNames } from '../adapter/record-names.ts'

/** What a client was given for a refresh token, and what it had asked for. */
export interface RefreshAnswer {
  readonly request: string
  readonly body: Readonly<Record<string, unknown>>
}

/**
 * The answers to refreshes of the last seconds, for clients that did not get theirs. Each is
 * encrypted (JWE, `dir`) with a key that only the refresh token gives which it is the answer to.
 */
export interface RefreshAnswers {
  keyOf(refreshToken: string): Promise<string>
  find(refreshToken: string): Promise<RefreshAnswer | undefined>
  /** @param tags Of the grant: the answer ends with it. */
  writeOf(
    refreshToken: string,
    answer: RefreshAnswer,
    tags: readonly string[] | undefined,
  ): Promise<Write>
}

const FORMAT = 1
const SUBJECT = 'Refresh answer'
const ALGORITHMS = {
  keyManagementAlgorithms: ['dir'],
  contentEncryptionAlgorithms: ['A256GCM'],
}

const encoder = new TextEncoder()
const decoder = new TextDecoder()

export function createRefreshAnswers(
  storage: Storage,
  names: RecordNames,
  graceSeconds: number,
): RefreshAnswers {
  const keyOf = (refreshToken: string): Promise<string> =>
    names.keyOf('refresh-answer', refreshToken)
  const secretOf = (refreshToken: string): Promise<Uint8Array> =>
    names.derive('refresh-answer-encryption', refreshToken)

  return {
    keyOf,
    async find(refreshToken) {
      const record = await storage.get(await keyOf(refreshToken))
      return record && openAnswer(record.value, await secretOf(refreshToken))
    },
    async writeOf(refreshToken, answer, tags) {
      const jwe = await new CompactEncrypt(encoder.encode(JSON.stringify(answer)))
        .setProtectedHeader({ alg: 'dir', enc: 'A256GCM' })
        .encrypt(await secretOf(refreshToken))
      const value = formatRecord(FORMAT, { answer: jwe })
      return { kind: 'set', key: await keyOf(refreshToken), value, ttlSeconds: graceSeconds, tags }
    },
  }
}

async function openAnswer(value: Uint8Array, secret: Uint8Array): Promise<RefreshAnswer> {
  const jwe = parseRecord(value, FORMAT, SUBJECT, ({ answer }) =>
    typeof answer === 'string' ? answer : undefined,
  )
  try {
    const { plaintext } = await compactDecrypt(jwe, secret, ALGORITHMS)
    const { request, body } = JSON.parse(decoder.decode(plaintext)) as Record<string, unknown>
    if (typeof request === 'string' && isObject(body)) return { request, body }
  } catch {
    // Said below, without what the parser quotes.
  }
  throw new StorageError('ERR_STORAGE_TAMPERED', SUBJECT, { retryable: false })
}
