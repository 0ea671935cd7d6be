const MAX_LENGTH = 80
// Controls, format characters (bidirectional and zero-width ones among them), separators, and what
// is not assigned or private: everything that changes how a text looks without being seen.
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cn}\p{Cs}]+/gu
// A spreadsheet takes a cell that begins like this for a formula.
const FORMULA = /^[\s=+\-@]+/

/**
 * The name that a client gave itself, fit for a page, a log or a table: one line, at most 80
 * characters, without invisible ones, and not the beginning of a spreadsheet formula.
 *
 * It does NOT escape for HTML, and it is no proof of who the client is.
 *
 * @returns `undefined` where nothing is left.
 */
export function sanitizeClientName(name: string): string | undefined {
  const line = name
    .slice(0, 1_000)
    .replace(/\s+/gu, ' ')
    .replace(UNSEEN, '')
    .replace(FORMULA, '')
    .trim()
  const characters = Array.from(line)
  if (characters.length <= MAX_LENGTH) return line === '' ? undefined : line
  return `${characters.slice(0, MAX_LENGTH - 1).join('')}…`
}
