/** Markdown of a profile as it is read on a terminal: links as their text, no emphasis, one line. */
export function plainText(markdown: string): string {
  return markdown
    .replaceAll(/\s*\(\[[^\]]*\]\([^)]*\)\)/g, '')
    .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replaceAll(/\*\*|\*(?=\S)|(?<=\S)\*/g, '')
    .replaceAll(/\s+/g, ' ')
}

/** What others wrote, without anything that a terminal acts on. */
export function printable(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '\uFFFD').slice(0, 500)
}
