import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { JWK } from 'jose'

/** One test vector, and the keys of its group. */
export interface Vector {
  readonly tcId: number
  readonly comment: string
  readonly result: 'valid' | 'invalid' | 'acceptable'
  /** A JWS or a JWE, in whatever serialization. */
  readonly token: string
  readonly isEncrypted: boolean
  readonly keys: readonly JWK[]
  /** Whether the group gives a JWK Set and not one JWK. */
  readonly isKeySet: boolean
}

const SOURCES = [process.env['WYCHEPROOF_DIR'], '../shared/security/wycheproof']

/** The folder of the vectors, or `undefined` where nobody has fetched them. */
export const wycheproofFolder: string | undefined = SOURCES.flatMap((source) =>
  source === undefined ? [] : [source, join(source, 'testvectors_v1')],
).find((folder) => existsSync(join(folder, 'json_web_signature_test.json')))

/** How to get what is missing; the vectors are not part of this repository. */
export const HOW_TO_GET =
  'set WYCHEPROOF_DIR to the folder testvectors_v1 of a checkout of https://github.com/C2SP/wycheproof'

type KeyMaterial = (JWK & { readonly keys?: never }) | { readonly keys: readonly JWK[] }

interface VectorFile {
  readonly numberOfTests: number
  readonly testGroups: readonly {
    readonly private: KeyMaterial
    readonly public?: KeyMaterial
    readonly tests: readonly {
      readonly tcId: number
      readonly comment: string
      readonly result: Vector['result']
      readonly jws?: unknown
      readonly jwe?: unknown
    }[]
  }[]
}

/** Reads one file of vectors; public keys where the group has them, else what it has. */
export function readVectors(name: string): readonly Vector[] {
  const path = join(wycheproofFolder ?? '', `${name}.json`)
  const file = JSON.parse(readFileSync(path, 'utf8')) as VectorFile
  const vectors = file.testGroups.flatMap((group) => {
    const material = group.public ?? group.private
    const isKeySet = material.keys !== undefined
    const keys = isKeySet ? material.keys : [material]
    return group.tests.map(({ tcId, comment, result, jws, jwe }) => {
      const token = jws ?? jwe
      const text = typeof token === 'string' ? token : JSON.stringify(token)
      return { tcId, comment, result, token: text, isEncrypted: jwe !== undefined, keys, isKeySet }
    })
  })
  if (vectors.length !== file.numberOfTests) throw new Error(`readVectors: ${path} is incomplete`)
  return vectors
}
