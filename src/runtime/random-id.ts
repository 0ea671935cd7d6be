// Taken when the module loads, so that code that replaces the global later does not matter.
const { crypto } = globalThis

/** A random UUID (RFC 9562 §5.4). */
export function randomId(): string {
  return crypto.randomUUID()
}
