import type { Action, Line } from './worker/orders.ts'

/** What is known of one record, token or code. States are generations; 0 is that there is none. */
export interface Entry {
  readonly place: number
  readonly slot: number
  readonly subject: string
  /** What the store has acknowledged, or what has been seen since. */
  state: number
  /** What was under way, and may have happened or not. */
  pending: { readonly action: Action; readonly to: number } | undefined
}

/** What a worker has said before and after each operation, kept by the process that kills it. */
export interface Ledger {
  /** Reads what has come from the worker; a line that was cut off by its end was never said. */
  add(text: string): void
  readonly entries: readonly Entry[]
  /** How many lines there are. */
  readonly lines: number
  /** How many operations of a store were acknowledged. */
  acknowledgedBy(place: number): number
  /** Answers of a store that cannot be. */
  readonly wrong: readonly string[]
  /** Errors of a store, by the number of the store. */
  readonly failures: readonly { readonly place: number; readonly error: string }[]
}

export function createLedger(): Ledger {
  const entries = new Map<string, Entry>()
  const current = new Map<string, Entry>()
  const wrong: string[] = []
  const failures: { place: number; error: string }[] = []
  const acknowledged = new Map<number, number>()
  let lines = 0
  let rest = ''

  function entryOf(place: number, slot: number, subject: string): Entry {
    const id = `${place}/${slot}/${subject}`
    const entry = entries.get(id) ?? { place, slot, subject, state: 0, pending: undefined }
    entries.set(id, entry)
    return entry
  }

  function addLine(line: Line): void {
    lines += 1
    const [place, slot, step] = line
    switch (step) {
      case 'intent': {
        const entry = entryOf(place, slot, line[3])
        entry.pending = { action: line[4], to: line[5] }
        current.set(`${place}/${slot}`, entry)
        return
      }
      case 'done': {
        const entry = current.get(`${place}/${slot}`)
        if (entry?.pending === undefined) throw new Error('done, and nothing was under way')
        entry.state = entry.pending.to
        entry.pending = undefined
        acknowledged.set(place, (acknowledged.get(place) ?? 0) + 1)
        return
      }
      case 'failed':
        failures.push({ place, error: line[3] })
        return
      case 'wrong':
        wrong.push(`store ${place}, slot ${slot}: ${line[3]}`)
        return
      default:
        line satisfies never
    }
  }

  return {
    add(text) {
      const parts = `${rest}${text}`.split('\n')
      rest = parts.pop() ?? ''
      for (const line of parts) addLine(JSON.parse(line) as Line)
    },
    get entries() {
      return [...entries.values()]
    },
    get lines() {
      return lines
    },
    acknowledgedBy: (place) => acknowledged.get(place) ?? 0,
    wrong,
    failures,
  }
}
