import { type Html, html } from './html.ts'

const PLACEHOLDER = /\{(\w+)\}/

/** Puts values into the places of a text, which go by their names in braces. */
export function fillText(text: string, values: Readonly<Record<string, string>>): string {
  return pieces(text)
    .map(({ name, literal }) => (name === undefined ? literal : (values[name] ?? '')))
    .join('')
}

/** The same as markup: every value is set off, and its writing direction is its own (UAX #9). */
export function fillHtml(text: string, values: Readonly<Record<string, string>>): Html {
  const parts = pieces(text).map(({ name, literal }) =>
    name === undefined ? html`${literal}` : html`<bdi>${values[name]}</bdi>`,
  )
  return html`${parts}`
}

/** The names of the places of a text. */
export function placeholders(text: string): readonly string[] {
  return pieces(text).flatMap(({ name }) => name ?? [])
}

function pieces(text: string): readonly { name: string | undefined; literal: string }[] {
  return text
    .split(PLACEHOLDER)
    .map((piece, index) =>
      index % 2 === 0 ? { name: undefined, literal: piece } : { name: piece, literal: '' },
    )
}
