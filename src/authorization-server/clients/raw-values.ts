/** Whether a value is a list of at most so many strings. */
export function isListOfStrings(value: unknown, maxEntries: number): value is readonly string[] {
  return (
    Array.isArray(value) &&
    value.length <= maxEntries &&
    value.every((entry) => typeof entry === 'string')
  )
}

// Printable ASCII without quote, backslash and angle brackets: nothing that `new URL` repairs.
const WEB_URL = /^https?:\/\/[\x21\x23-\x3B\x3D\x3F-\x5B\x5D-\x7E]{1,2000}$/i

/** Whether a value is an http(s) URL without user information; nothing is repaired. */
export function isWebUrl(value: unknown, allowHttp: boolean): value is string {
  if (typeof value !== 'string' || !WEB_URL.test(value) || !URL.canParse(value)) return false
  const url = new URL(value)
  const isSecure = url.protocol === 'https:' || allowHttp
  return isSecure && url.username === '' && url.password === ''
}
