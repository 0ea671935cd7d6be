const INSPECT = Symbol.for('nodejs.util.inspect.custom')

/**
 * Values that can be read by name, and that nothing prints: they are not enumerable, so neither
 * `JSON.stringify`, `console.log`, a spread nor a loop finds them.
 */
export function createSecretFields(
  fields: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const shown = { ...hidden(() => '[redacted]') }
  const object: Record<string, string> = Object.create(null) as Record<string, string>
  for (const [name, value] of Object.entries(fields)) {
    Object.defineProperty(object, name, { value, enumerable: false })
  }
  // With `showHidden`, inspect shows what is not enumerable, unless the object says what to show.
  return Object.freeze(Object.defineProperties(object, shown))
}

function hidden(show: () => string): PropertyDescriptorMap {
  return {
    toJSON: { value: show },
    toString: { value: show },
    [INSPECT]: { value: show },
  }
}
