import { GatehouseError } from '../errors/index.ts'
import type { OperationKind } from '../mcp/index.ts'
import type { Decision } from './decision.ts'
import type { ExplainedCheck } from './explain-needs.ts'

/** What is written of an explanation. */
interface Written {
  readonly decision: Decision
  readonly kind: OperationKind
  readonly name: string
  readonly grantedScopes: readonly string[]
  readonly children: readonly ExplainedCheck[]
}

/** How many values of a list, and how many characters of each, are written. */
const MAX_VALUES = 20
const MAX_CHARACTERS = 200

/** Writes an explanation as an indented text: `✓` passed, `✗` not, `·` not asked. */
export function formatExplanation(explanation: Written): string {
  const { decision, kind, name, grantedScopes, children } = explanation
  return [
    `${decision.kind === 'allow' ? '✓' : '✗'} ${kind} ${quote(name)}`,
    `  granted scopes: ${quoteAll(grantedScopes)}`,
    ...children.flatMap((child) => linesOf(child, '  ')),
    `Answer: ${answerOf(decision, kind)}`,
  ].join('\n')
}

function linesOf({ check, passed, detail, children }: ExplainedCheck, indent: string): string[] {
  const mark = passed === undefined ? '·' : passed ? '✓' : '✗'
  return [
    `${indent}${mark} ${check}: ${detail}`,
    ...children.flatMap((child) => linesOf(child, `${indent}  `)),
  ]
}

function answerOf(decision: Decision, kind: OperationKind): string {
  switch (decision.kind) {
    case 'allow':
      return 'allowed.'
    case 'scope':
      return `403 insufficient_scope, scope="${decision.scopes.join(' ')}".`
    case 'authentication': {
      const { acrValues, maxAgeSeconds } = decision
      const acr = acrValues.length === 0 ? '' : `, acr_values="${acrValues.join(' ')}"`
      const age = maxAgeSeconds === undefined ? '' : `, max_age="${maxAgeSeconds}"`
      return `401 insufficient_user_authentication${acr}${age}.`
    }
    case 'hidden':
      return `the same as for an unknown ${kind}.`
    case 'forbidden':
      return 'refused, and no scope or sign-in would change that.'
    case 'failed':
      return `refused, since the policy failed: ${reasonOf(decision.error)}`
    default:
      return decision satisfies never
  }
}

/** The messages of other people's errors may hold anything, so only their names are written. */
function reasonOf(error: Error): string {
  if (error instanceof GatehouseError) return error.message
  return `${quote(error.name)}; see \`decision.error\`.`
}

/** Writes a value so that it can neither steer a terminal nor pass for something else. */
export function quote(value: unknown): string {
  if (typeof value === 'object' && value !== null) return 'an object'
  if (typeof value !== 'string') return String(value)
  const isLong = value.length > MAX_CHARACTERS
  const cut = JSON.stringify(isLong ? `${value.slice(0, MAX_CHARACTERS)}…` : value)
  return cut.replace(
    /[\p{C}\p{Zl}\p{Zp}]/gu,
    (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`,
  )
}

/** Writes a list of values; `nothing` for an empty one. */
export function quoteAll(values: readonly unknown[]): string {
  if (values.length === 0) return 'nothing'
  const more = values.length - MAX_VALUES
  const written = values.slice(0, MAX_VALUES).map(quote).join(', ')
  return more > 0 ? `${written} and ${more} more` : written
}
