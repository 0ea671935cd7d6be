import { escapeUTF8 } from 'entities/escape'

/** Markup whose interpolated values have been escaped. */
export interface Html {
  readonly markup: string
}

/** What can stand between markup: text is escaped, `undefined` is nothing. */
type HtmlValue = string | undefined | Html | readonly Html[]

/**
 * Builds markup. Every text between is escaped for both places where it can stand: in an element,
 * and in an attribute with double quotes. It must stand nowhere else (no attribute without quotes,
 * no `style`, no `script`), and a URL in an attribute has to be checked by the caller.
 */
export function html(strings: TemplateStringsArray, ...values: readonly HtmlValue[]): Html {
  const parts = values.map((value, index) => render(value) + (strings[index + 1] ?? ''))
  return { markup: (strings[0] ?? '') + parts.join('') }
}

function render(value: HtmlValue): string {
  if (value === undefined) return ''
  if (typeof value === 'string') return escapeUTF8(value)
  return 'markup' in value ? value.markup : value.map(({ markup }) => markup).join('')
}
