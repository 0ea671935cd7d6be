/**
 * Which header fields pass the gateway. Everything that is not listed stays behind: identity fields
 * in whatever spelling, credentials, cookies, and what is about one connection only.
 *
 * @module
 */
import type { IncomingMessage } from 'node:http'
import { ConfigError } from '../errors/index.ts'
import { requireList } from '../options/index.ts'

const REQUEST_FIELDS = [
  'accept',
  'accept-language',
  'last-event-id',
  'mcp-method',
  'mcp-name',
  'mcp-protocol-version',
  'mcp-session-id',
  'user-agent',
]
const RESPONSE_FIELDS = [
  'allow',
  'cache-control',
  'content-language',
  'content-type',
  'expires',
  'mcp-protocol-version',
  'mcp-session-id',
  'retry-after',
  'x-accel-buffering',
]
/** Tool arguments that are mirrored; only a tool knows their names. */
const PARAMETER = /^mcp-param-[a-z0-9-]{1,64}$/
/** Lists by RFC 9110 §5.3, whose lines may be joined. */
const JOINABLE = new Set(['accept', 'accept-language'])
const FIELD_NAME = /^[a-z0-9-]{1,64}$/

/** What no list can let through: credentials, framing, and what others take for an identity. */
const NEVER_REQUEST =
  /^(?:authorization|connection|content-.*|cookie2?|dpop|expect|forwarded|host|keep-alive|origin|proxy-.*|referer|sec-.*|te|trailer|transfer-encoding|upgrade|via|x-forwarded-.*|x-real-ip|x-original-.*|x-rewrite-.*|x-http-method.*|.*(?:user|subject|identity|email|tenant|account|group|role|oidc|jwt|client-cert|principal|claim|-auth|auth-|remote-addr).*)$/
const NEVER_RESPONSE =
  /^(?:access-control-.*|alt-svc|clear-site-data|connection|content-encoding|content-length|dpop-nonce|keep-alive|location|proxy-.*|refresh|server|set-cookie2?|sourcemap|strict-transport-security|te|trailer|transfer-encoding|upgrade|via|www-authenticate)$/

const TOKEN = /^[a-z0-9!#$%&'*+.^_`|~-]+$/
const VALUE = /^[\t\x20-\x7e]*$/
/** What Node and the gateway write themselves. */
const OWN_FIELDS =
  /^(?:connection|content-.*|expect|host|keep-alive|te|trailer|transfer-encoding|upgrade)$/

/** Whether a text in lower case is a name that a field can have (RFC 9110 §5.1). */
export function isToken(name: string): boolean {
  return TOKEN.test(name)
}

/** Whether a text is a value that a field can have, in visible ASCII. */
export function isFieldValue(value: unknown): boolean {
  return typeof value === 'string' && VALUE.test(value)
}

/** Whether it is a field that only this process itself writes. */
export function isOwnField(name: string): boolean {
  return OWN_FIELDS.test(name)
}

/** The request fields of a route. */
export function parseRequestHeaders(names: readonly string[] | undefined): ReadonlySet<string> {
  return parse(names, 'requestHeaders', REQUEST_FIELDS, NEVER_REQUEST)
}

/** The answer fields of a route. */
export function parseResponseHeaders(names: readonly string[] | undefined): ReadonlySet<string> {
  return parse(names, 'responseHeaders', RESPONSE_FIELDS, NEVER_RESPONSE)
}

function parse(
  names: readonly string[] | undefined,
  option: string,
  always: readonly string[],
  never: RegExp,
): ReadonlySet<string> {
  const further = requireList(names, option).map((name) => name.toLowerCase())
  const refused = further.find((name) => !FIELD_NAME.test(name) || never.test(name))
  if (refused !== undefined) {
    throw new ConfigError('ERR_CONFIG_FORWARDED_HEADER', `${option}: ${refused}`)
  }
  return new Set([...always, ...further])
}

/**
 * The fields of a request that its upstream is given, name and value in turn; `undefined` where one
 * of them stands there twice, of which the upstream might read the other.
 */
export function forwardedFields(
  { rawHeaders }: IncomingMessage,
  allowed: ReadonlySet<string>,
  isHidden: (name: string) => boolean,
): string[] | undefined {
  const fields: string[] = []
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = (rawHeaders[at] ?? '').toLowerCase()
    if (!(allowed.has(name) || PARAMETER.test(name)) || isHidden(name)) continue
    const value = rawHeaders[at + 1] ?? ''
    const known = indexOfName(fields, name)
    if (known === -1) fields.push(name, value)
    else if (JOINABLE.has(name)) fields[known + 1] += `, ${value}`
    else return undefined
  }
  return fields
}

function indexOfName(fields: readonly string[], name: string): number {
  for (let at = 0; at < fields.length; at += 2) if (fields[at] === name) return at
  return -1
}

/** The fields of an upstream's answer that its client is given, name and value in turn. */
export function answerFields(
  headers: Readonly<Record<string, string | string[] | undefined>>,
  allowed: ReadonlySet<string>,
  isHidden: (name: string) => boolean,
): string[] {
  const fields: string[] = []
  for (const name of Object.keys(headers)) {
    if (!allowed.has(name) || isHidden(name)) continue
    const value = headers[name]
    if (value !== undefined) fields.push(name, Array.isArray(value) ? value.join(', ') : value)
  }
  return fields
}
