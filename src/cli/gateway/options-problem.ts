import { type ConfigError, ERROR_CODES } from '../../errors/index.ts'
import { parseKey } from './problem.ts'
import type { Unplaced } from './schema-problems.ts'

/** Options of {@link FileAudit} and others that have another name in the file. */
const RENAMED: readonly (readonly [RegExp, string])[] = [
  [/^createLimits\.?/, 'limits.'],
  [/^key \(of the audit log\)/, 'audit.key'],
]

/** Says of a mistake that the options themselves have found which key of the file it is about. */
export function explainConfigError(error: ConfigError, below = ''): Unplaced {
  const { cause, remedy } = ERROR_CODES[error.code]
  const told = error.message.replace(`: ${cause} ${remedy}`, '')
  const subject = RENAMED.reduce((text, [from, to]) => text.replace(from, to), told)
  const [, key = '', rest = ''] =
    /^(?:options\.?)?((?:[\w$-]+|\[(?:\d+|"[^"]*")\]|\.(?=\w))*)(.*)$/s.exec(subject) ?? []
  const detail = rest.replace(/^[\s:(]+|\)$/g, '')
  return {
    path: parseKey(below === '' ? key : `${below}.${key}`),
    rule: error.code,
    cause: detail === '' ? cause : `${cause.replace(/\.$/, '')} (${detail}).`,
    remedy,
  }
}
