import { formatRecord, isStringList, parseRecord } from '../../runtime/index.ts'
import type { Storage } from '../../storage/index.ts'
import type { KeyOf } from './record-names.ts'

/** What an authorization code of the upstream is for. */
export interface CodeBinding {
  readonly clientId: string
  readonly redirectUri: string
  /** S256 of the client's verifier. */
  readonly codeChallenge: string
  /** What the ID token has to have. */
  readonly nonce: string
  /** The scopes that were asked for. */
  readonly scopes: readonly string[]
}

/** Codes that were sent to clients. */
export interface Codes {
  /** @returns `false` for a code that there is already: no upstream gives one twice. */
  add(code: string, binding: CodeBinding): Promise<boolean>
  find(code: string): Promise<CodeBinding | undefined>
  /** Uses it up. @returns Whether nobody had before. */
  take(code: string): Promise<boolean>
  /** Makes it good again, where the upstream has not looked at it. */
  restore(code: string, binding: CodeBinding): Promise<void>
}

const FORMAT = 1
/** The most that a code may live (RFC 6749 §4.1.2); the upstream's own lifetime is shorter. */
const TTL_SECONDS = 600

export function createCodes(storage: Storage, keyOf: KeyOf): Codes {
  const options = { ttlSeconds: TTL_SECONDS, ifAbsent: true }
  const add: Codes['add'] = async (code, binding) =>
    storage.set(await keyOf('relay-code', code), formatRecord(FORMAT, binding), options)
  return {
    add,
    async find(code) {
      const record = await storage.get(await keyOf('relay-code', code))
      return record && parseBinding(record.value)
    },
    take: async (code) => (await storage.take(await keyOf('relay-code', code))) !== undefined,
    restore: async (code, binding) => void (await add(code, binding)),
  }
}

function parseBinding(value: Uint8Array): CodeBinding {
  return parseRecord(value, FORMAT, 'Relayed code', (content) => {
    const { clientId, redirectUri, codeChallenge, nonce, scopes } = content
    const texts = [clientId, redirectUri, codeChallenge, nonce]
    const isRight = texts.every((text) => typeof text === 'string') && isStringList(scopes)
    return isRight ? (content as object as CodeBinding) : undefined
  })
}
