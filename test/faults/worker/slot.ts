import { StorageError } from '../../../src/errors/index.ts'
import type { Storage } from '../../../src/storage/storage.ts'
import type { Random } from '../random.ts'
import { decodeValue, encodeValue } from '../record-value.ts'
import { type Action, keyOf, type Line } from './orders.ts'

/** What one sequence of operations works with. */
export interface SlotContext {
  readonly storage: Storage
  readonly place: number
  readonly slot: number
  readonly name: string
  readonly random: Random
  /** Hands a line to the ledger before it returns. */
  readonly note: (line: Line) => void
}

const MAX_FILLER = 20_000

class WrongAnswer extends Error {}

/** Writes, swaps, deletes, rotates and takes until the store fails; says so before and after each. */
export async function runSlot(context: SlotContext): Promise<void> {
  const { place, slot, note, random } = context
  const steps = createSteps(context)
  try {
    for (;;) await steps[random(steps.length)]?.()
  } catch (error) {
    const { message } = error as Error
    // The cause is what the driver says.
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause.message : ''
    if (error instanceof StorageError && error.code !== 'ERR_STORAGE_TAMPERED') {
      note([place, slot, 'failed', `${message} ${cause}`])
    } else note([place, slot, 'wrong', `${message} ${cause}`])
  }
}

function createSteps(context: SlotContext): readonly (() => Promise<void>)[] {
  const { storage, place, slot, name, random, note } = context
  /** Generations of what there is; 0 for nothing. */
  let record = 0
  let token = 0
  let generation = 0
  const codes: string[] = []

  const keyFor = (subject: string, of: number): string => keyOf(name, slot, subject, of)
  const valueFor = (key: string, of: number): Uint8Array =>
    encodeValue(key, of, random(2) === 0 ? random(200) : random(MAX_FILLER))

  async function act(
    subject: string,
    action: Action,
    to: number,
    call: () => Promise<boolean>,
  ): Promise<void> {
    note([place, slot, 'intent', subject, action, to])
    if (!(await call())) throw new WrongAnswer(`${action} of ${subject} to ${to} was not done`)
    note([place, slot, 'done'])
  }

  /** Reads what has been acknowledged, and returns its version. */
  async function versionOf(key: string, expected: number): Promise<string> {
    const found = await storage.get(key)
    const read = found === undefined ? 0 : decodeValue(key, found.value)
    if (found === undefined || read !== expected) {
      throw new WrongAnswer(`${key} is ${read} and not ${expected}`)
    }
    return found.version
  }

  async function write(): Promise<void> {
    const [to, key] = [(generation += 1), keyFor('record', 0)]
    await act('record', 'write', to, () => storage.set(key, valueFor(key, to)))
    record = to
  }

  async function swap(): Promise<void> {
    if (record === 0) return write()
    const [to, key] = [(generation += 1), keyFor('record', 0)]
    const version = await versionOf(key, record)
    await act('record', 'swap', to, () => storage.compareAndSwap(key, version, valueFor(key, to)))
    record = to
  }

  async function remove(): Promise<void> {
    if (record === 0) return write()
    await act('record', 'delete', 0, () => storage.delete(keyFor('record', 0)))
    record = 0
  }

  async function rotate(): Promise<void> {
    const [from, to] = [token, (generation += 1)]
    const key = keyFor('token', to)
    const successor = { kind: 'set', key, value: valueFor(key, to), if: 'absent' } as const
    if (from === 0) await act('token', 'rotate', to, () => storage.commit([successor]))
    else {
      const version = await versionOf(keyFor('token', from), from)
      const old = { kind: 'delete', key: keyFor('token', from), if: { version } } as const
      await act('token', 'rotate', to, () => storage.commit([old, successor]))
    }
    token = to
  }

  async function issue(): Promise<void> {
    const subject = `code-${(generation += 1)}`
    const key = keyFor(subject, 1)
    await act(subject, 'write', 1, () => storage.set(key, valueFor(key, 1), { ifAbsent: true }))
    codes.push(subject)
  }

  async function take(): Promise<void> {
    if (random(4) === 0 || codes.length === 0) await issue()
    const [subject = ''] = codes.splice(random(codes.length), 1)
    const key = keyFor(subject, 1)
    await act(subject, 'take', 0, async () => {
      const taken = await storage.take(key)
      return taken !== undefined && decodeValue(key, taken.value) === 1
    })
  }

  return [write, swap, remove, rotate, take]
}
