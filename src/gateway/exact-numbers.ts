/** Numbers that JavaScript could write otherwise: fractions, exponents, many digits, minus zero. */
const DELICATE_NUMBER = /\d[.eE]|\d{16}|-0/

/** Whether a text of JSON has to be parsed by `parseKeepingNumbers`, to be written again as it was. */
export function hasDelicateNumbers(text: string): boolean {
  return DELICATE_NUMBER.test(text)
}

/**
 * Parses JSON so that `JSON.stringify` writes its numbers as they stood there. Those that JavaScript
 * would write otherwise are objects until then.
 *
 * @throws {RangeError} for a number that is none here
 */
export function parseKeepingNumbers(text: string): unknown {
  return JSON.parse(text, keepNumber as (key: string, value: unknown) => unknown)
}

type Reviver = (key: string, value: unknown, context: { readonly source?: string }) => unknown

const keepNumber: Reviver = (_key, value, { source }) => {
  if (typeof value !== 'number' || source === undefined || String(value) === source) return value
  if (!Number.isFinite(value)) throw new RangeError('The number is out of range.')
  return rawJson(source)
}

/** `JSON.rawJSON`, which Node has and the library of TypeScript does not know. */
function rawJson(source: string): unknown {
  const { rawJSON } = JSON as unknown as { readonly rawJSON: (source: string) => unknown }
  return rawJSON(source)
}
