import type { TokenClaims } from '../../principal/index.ts'

/** Those of `required` that a token lacks, or has without a value: `''`, `[]`, `{}` or `null`. */
export function missingClaims(claims: TokenClaims, required: readonly string[]): readonly string[] {
  return required.filter((name) => !Object.hasOwn(claims, name) || isEmpty(claims[name]))
}

function isEmpty(value: unknown): boolean {
  if (typeof value === 'object') return value === null || Object.keys(value).length === 0
  return value === undefined || value === ''
}
