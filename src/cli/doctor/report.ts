import type { CommandResult } from '../command.ts'
import { formatTable, paint } from '../format.ts'
import type { CliIo } from '../io.ts'
import { printable } from '../plain-text.ts'
import { CHECKS } from './checks/index.ts'
import { reachable } from './checks/reachable.ts'
import { type ClientReport, type ClientVerdict, clientReports } from './clients.ts'
import type { CheckVerdict, Finding, Outcome } from './finding.ts'
import type { Observations } from './observations.ts'
import { isAnswer } from './seen.ts'

const CHECK_COLOURS = {
  pass: 'green',
  note: 'dim',
  skip: 'dim',
  warn: 'yellow',
  fail: 'red',
} as const satisfies Readonly<Record<CheckVerdict, string>>
const CLIENT_COLOURS = {
  works: 'green',
  limited: 'yellow',
  unknown: 'dim',
  fails: 'red',
} as const satisfies Readonly<Record<ClientVerdict, string>>

/** What every check makes of a walk. */
export function findingsOf(seen: Observations): readonly Finding[] {
  // Where nobody answers, everything else would be a consequence of that.
  const checks = isAnswer(seen.initialize) ? CHECKS : CHECKS.filter((one) => one === reachable)
  return checks.flatMap(({ id, requirement, look }) =>
    look(seen).map((outcome) => findingOf(id, requirement, outcome)),
  )
}

/** What servers wrote stands in it, and goes to a terminal. */
function findingOf(check: string, requirement: string, outcome: Outcome): Finding {
  const { verdict, change } = outcome
  const finding = { check, requirement, verdict, seen: printable(outcome.seen) }
  return change === undefined ? finding : { ...finding, change: printable(change) }
}

/** The findings as a table and as a document. */
export function report(seen: Observations, io: CliIo): CommandResult {
  const findings = findingsOf(seen)
  const clients = clientReports(seen, findings)
  const count = (verdict: CheckVerdict): number =>
    findings.filter((finding) => finding.verdict === verdict).length
  const faults = count('fail')
  const warnings = count('warn')
  const summary = summaryOf(seen.url.href, faults, warnings)
  const colour = faults > 0 ? 'red' : warnings > 0 ? 'yellow' : 'green'
  return {
    json: { url: seen.url.href, summary, faults, warnings, findings, clients },
    lines: [
      paint(io, ['bold', colour], summary),
      '',
      ...paintFirst(io, findingRows(findings), CHECK_COLOURS),
      '',
      paint(io, 'bold', 'Clients:'),
      ...paintFirst(io, clientRows(clients), CLIENT_COLOURS),
    ],
    isRefusal: faults > 0,
  }
}

function summaryOf(url: string, faults: number, warnings: number): string {
  const hints = plural(warnings, 'warning')
  if (faults > 0) return `${url} has ${plural(faults, 'fault')} and ${hints}.`
  return warnings > 0 ? `${url} works, with ${hints}.` : `${url} works.`
}

const plural = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`

function findingRows(findings: readonly Finding[]): readonly (readonly string[])[] {
  return findings.flatMap(({ verdict, check, requirement, seen, change }) => [
    [verdict, check, requirement, seen],
    ...(change === undefined ? [] : [['', '', '', `Change: ${change}`]]),
  ])
}

function clientRows(clients: readonly ClientReport[]): readonly (readonly string[])[] {
  return clients.map(({ client, verdict, reasons }) => [verdict, client, reasons.join('; ')])
}

/** Colours the first column, which is padded before. */
function paintFirst<Verdict extends string>(
  io: CliIo,
  rows: readonly (readonly string[])[],
  colours: Readonly<Record<Verdict, Parameters<typeof paint>[1]>>,
): readonly string[] {
  const lines = formatTable(rows)
  return lines.map((line, index) => {
    const verdict = rows[index]?.[0] as Verdict | '' | undefined
    if (!verdict) return line
    return line.replace(verdict, paint(io, colours[verdict], verdict))
  })
}
