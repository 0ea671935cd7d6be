/**
 * What a value that was read from JSON is.
 *
 * @module
 */

/** Whether a value is an object that is no list. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export function isStringList(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((entry) => typeof entry === 'string')
}

/** Whether a value is a string, or not there. */
export function isOptionalString(value: unknown): value is string | undefined {
  return value === undefined || typeof value === 'string'
}

/** Whether a value is a number, or not there. */
export function isOptionalNumber(value: unknown): value is number | undefined {
  return value === undefined || typeof value === 'number'
}
