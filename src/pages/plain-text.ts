/** U+2800 is a Braille pattern without dots. */
const WHITE_SPACE = /[\t-\r\p{Z}\u2800]+/gu
const INVISIBLE = /[\p{C}\p{Default_Ignorable_Code_Point}]/gu
/** Marks that pile up on one letter until they cover the lines around it. */
const PILED_MARKS = /(\p{M}{4})\p{M}+/gu

/**
 * The visible characters of a text that a stranger chose, on one line: control and format
 * characters are removed (those that turn the writing direction among them, UAX #9), as is whatever
 * takes no space; white space is collapsed.
 *
 * It does NOT escape markup, and does NOT make letters that look alike tell apart.
 *
 * @param maxLength In code points, with the ellipsis that says that there is more.
 * @returns Empty where nothing of it can be seen.
 */
export function plainText(text: string, maxLength: number): string {
  const visible = text
    .replace(WHITE_SPACE, ' ')
    .replace(INVISIBLE, '')
    .replace(PILED_MARKS, '$1')
    .replace(/ +/g, ' ')
    .trim()
  const points = Array.from(visible)
  if (points.length <= maxLength) return visible
  return `${points
    .slice(0, maxLength - 1)
    .join('')
    .trimEnd()}…`
}
