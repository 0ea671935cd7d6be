import { readFileSync } from 'node:fs'
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
  /** What decrypts it, where it is encrypted. */
  readonly privateKey: JWK | undefined
}

const FOLDER = join(import.meta.dirname, '../../vectors/wycheproof')

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
  const path = join(FOLDER, `${name}.json`)
  const file = JSON.parse(readFileSync(path, 'utf8')) as VectorFile
  const vectors = file.testGroups.flatMap((group) => {
    const material = group.public ?? group.private
    const isKeySet = material.keys !== undefined
    const keys = isKeySet ? material.keys : [material]
    const [privateKey] = group.private.keys ?? [group.private]
    return group.tests.map(({ tcId, comment, result, jws, jwe }) => {
      const token = jws ?? jwe
      const text = typeof token === 'string' ? token : JSON.stringify(token)
      return {
        tcId,
        comment,
        result,
        token: text,
        isEncrypted: jwe !== undefined,
        keys,
        isKeySet,
        privateKey,
      }
    })
  })
  if (vectors.length !== file.numberOfTests) throw new Error(`readVectors: ${path} is incomplete`)
  return vectors
}
