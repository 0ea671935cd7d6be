import { styleText } from 'node:util'
import { tableOf } from './last-run.ts'
import { type Budget, isHeld, type Measurement } from './measurement.ts'

const COLUMNS = ['what', 'ratio', 'budget', 'verdict'] as const
type Line = readonly [what: string, ratio: string, budget: string, verdict: string]

/** The table for a terminal. */
export function formatText(measurements: readonly Measurement[]): string {
  const lines: Line[] = [COLUMNS, ...measurements.map(toLine)]
  const widths = COLUMNS.map((_, column) =>
    Math.max(...lines.map((line) => line[column]?.length ?? 0)),
  )
  return lines
    .map((line) => line.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  '))
    .map((line) => line.trimEnd())
    .map((line) => (line.endsWith('missed') ? styleText('red', line) : line))
    .join('\n')
}

/** The table for a document. */
export function formatMarkdown(measurements: readonly Measurement[]): string {
  return tableOf(COLUMNS, measurements.map(toLine))
}

function toLine(measurement: Measurement): Line {
  const { what, note, budget } = measurement
  const verdict = budget === undefined ? '–' : isHeld(measurement) ? 'held' : 'missed'
  return [
    note === undefined ? what : `${what} (${note})`,
    formatRatio(measurement),
    formatBudget(budget),
    verdict,
  ]
}

function formatRatio({ ratio, quartiles }: Measurement): string {
  if (quartiles === undefined) return ratio.toFixed(2)
  const [low, high] = quartiles
  return `${ratio.toFixed(2)} (${low.toFixed(2)} to ${high.toFixed(2)})`
}

function formatBudget(budget: Budget | undefined): string {
  if (budget === undefined) return '–'
  return 'atLeast' in budget ? `≥ ${budget.atLeast}` : `≤ ${budget.atMost}`
}
