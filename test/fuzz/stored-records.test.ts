import { StorageError } from 'mcp-gatehouse'
import { beforeAll, describe, expect, test } from 'vitest'
import { formatRecord, parseRecord } from '../../src/runtime/index.ts'
import type { Storage } from '../../src/storage/index.ts'
import { sealed } from '../../src/storage/sealed.ts'
import { newRing, recordingStore } from '../unit/storage/sealed-support.ts'
import * as fc from './fast-check.ts'
import { RUNS } from './runs.ts'

const key = fc.constantFrom('session:1', 'session:2', 'grant:1', 'session:11', 'session:é')
const value = fc.uint8Array({ maxLength: 200 })
const TAMPERED = 'ERR_STORAGE_TAMPERED'
const FORMAT = 'ERR_STORAGE_FORMAT'

/** The value, `missing`, or the code of the refusal. */
async function read(store: Storage, name: string): Promise<Uint8Array | string> {
  try {
    return (await store.get(name))?.value ?? 'missing'
  } catch (error) {
    if (error instanceof StorageError) return error.code
    throw error
  }
}

describe('a sealed record', () => {
  let inner: Storage
  let store: Storage
  beforeAll(async () => {
    inner = recordingStore()
    store = await sealed(inner, await newRing())
  })

  /** What is stored of a value. */
  async function seal(name: string, bytes: Uint8Array): Promise<Uint8Array> {
    await store.set(name, bytes)
    const record = await inner.get(name)
    if (record === undefined) throw new Error('seal: nothing stored')
    return record.value
  }

  test('is the value that was sealed', async () => {
    await fc.assert(
      fc.asyncProperty(key, value, async (name, bytes) => {
        await store.set(name, bytes)
        expect(await read(store, name)).toEqual(bytes)
      }),
      RUNS,
    )
  })

  test('of which one bit has changed is refused, and so is what took it', async () => {
    await fc.assert(
      fc.asyncProperty(key, value, fc.nat(), async (name, bytes, bit) => {
        const record = (await seal(name, bytes)).slice()
        const at = Math.floor(bit / 8) % record.length
        record[at] = (record[at] ?? 0) ^ (1 << (bit % 8))
        await inner.set(name, record)
        // A bit of the first byte makes it a record of a later version.
        expect(at === 0 ? [TAMPERED, FORMAT] : [TAMPERED]).toContain(await read(store, name))
        await expect(store.take(name)).rejects.toBeInstanceOf(StorageError)
      }),
      RUNS,
    )
  })

  test('that is cut, longer, mixed of two, or of another key is refused', async () => {
    const change = fc.constantFrom('cut', 'longer', 'mixed', 'moved')
    await fc.assert(
      fc.asyncProperty(key, key, value, value, change, fc.nat(), async (name, other, ...rest) => {
        const [bytes, others, kind, at] = rest
        const second = (await seal(other, others)).slice()
        const first = (await seal(name, bytes)).slice()
        const index = at % first.length
        const changed = {
          cut: first.slice(0, index),
          longer: Uint8Array.of(...first, at % 256),
          mixed: Uint8Array.of(...first.slice(0, index), ...second.slice(index)),
          moved: second,
        }[kind]
        fc.pre(!Buffer.from(changed).equals(first) && !(kind === 'moved' && name === other))
        await inner.set(name, changed)
        // Two of the same key that are mixed at their beginning are the other one, whole.
        const isWhole = name === other && Buffer.from(changed).equals(second)
        const expected = isWhole ? [others] : [TAMPERED]
        expect(expected).toContainEqual(await read(store, name))
      }),
      RUNS,
    )
  })

  test('of any bytes is refused', async () => {
    await fc.assert(
      fc.asyncProperty(key, fc.uint8Array({ maxLength: 120 }), async (name, bytes) => {
        await inner.set(name, bytes)
        expect([TAMPERED, FORMAT]).toContain(await read(store, name))
      }),
      RUNS,
    )
  })
})

/** The record as JSON, or the code of the refusal, which has no cause that quotes it. */
function outcomeOf(parse: () => object): string {
  try {
    return JSON.stringify(parse())
  } catch (error) {
    if (error instanceof StorageError && error.cause === undefined) return error.code
    throw error
  }
}

describe('the JSON of a record', () => {
  const check = (content: Readonly<Record<string, unknown>>): object => content

  test('is read as it was written, in its version alone', () => {
    const content = fc.dictionary(fc.constantFrom('a', 'b', 'tags', 'expiresAt'), fc.jsonValue())
    fc.assert(
      fc.property(content, fc.nat(9), fc.nat(9), (object, written, expected) => {
        const bytes = formatRecord(written, object)
        const parsed = (): object => parseRecord(bytes, expected, 'Record', check)
        expect(outcomeOf(parsed)).toBe(written === expected ? JSON.stringify(object) : TAMPERED)
      }),
      RUNS,
    )
  })

  test('of any bytes is read, or refused with no word of what it holds', () => {
    const bytes = fc.oneof(
      fc.uint8Array(),
      fc.json().map((text) => new TextEncoder().encode(text)),
    )
    fc.assert(
      fc.property(bytes, (some) => {
        expect(outcomeOf(() => parseRecord(some, 1, 'Record', check))).toMatch(
          /^\{|^ERR_STORAGE_TAMPERED$/,
        )
      }),
      RUNS,
    )
  })
})
