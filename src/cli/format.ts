import { styleText } from 'node:util'
import type { CliIo } from './io.ts'

const SECONDS_PER_UNIT: readonly (readonly [unit: string, seconds: number])[] = [
  ['d', 86_400],
  ['h', 3_600],
  ['min', 60],
]

type Style = Parameters<typeof styleText>[0]

/** Colours, on a terminal only, and not where `NO_COLOR` is set or the terminal has none. */
export function paint(io: CliIo, style: Style, text: string): string {
  const hasColours = io.isTerminal.stdout && !io.env['NO_COLOR'] && io.env['TERM'] !== 'dumb'
  return hasColours ? styleText(style, text, { validateStream: false }) : text
}

/** Aligns columns: two spaces before the first and between two, none at the end of a line. */
export function formatTable(rows: readonly (readonly string[])[]): readonly string[] {
  const widths = rows.reduce<readonly number[]>(
    (known, row) => row.map((cell, column) => Math.max(cell.length, known[column] ?? 0)),
    [],
  )
  return rows.map((row) =>
    `  ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')}`.trimEnd(),
  )
}

/** A duration in its largest whole unit, such as `3 d`. */
export function formatDuration(seconds: number): string {
  const [unit, size] = SECONDS_PER_UNIT.find(([, length]) => seconds >= length) ?? ['s', 1]
  return `${Math.max(0, Math.floor(seconds / size))} ${unit}`
}

/** An instant to the minute, in UTC, such as `2030-05-17 10:40 UTC`. */
export function formatInstant(seconds: number): string {
  return `${new Date(seconds * 1_000).toISOString().slice(0, 16).replace('T', ' ')} UTC`
}
