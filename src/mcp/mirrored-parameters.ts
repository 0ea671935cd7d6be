/**
 * Tool arguments that a tool has mirrored into `Mcp-Param-…` fields (SEP-2243; MCP 2026-07-28,
 * "Custom Headers from Tool Parameters").
 *
 * @module
 */
import { headerMismatch } from './fault.ts'
import { type ReadHeader, readEncodedHeaderValue } from './header-value.ts'
import { asObject, type JsonObject } from './json-rpc.ts'
import type { MessageFault, Messages } from './operation.ts'
import { isModernRevision } from './revision.ts'

/** Which parameters are mirrored, as far as lists of tools have told. */
export interface MirroredParameters {
  /** Remembers what the tools of a list declare. The last list that has a tool counts. */
  learn(tools: unknown): void
  /** Whether there may be something to learn from a JSON text, or to forget. */
  mayLearnFrom(text: Uint8Array): boolean
  /**
   * Compares the fields of a request with the arguments in its body, from 2026-07-28 on.
   *
   * It does NOT know the tools of lists that it has not seen.
   */
  check(messages: Messages, header: ReadHeader): MessageFault | undefined
}

interface MirroredParameter {
  /** The name of the field, in lower case. */
  readonly field: string
  readonly path: readonly string[]
  readonly isNumber: boolean
}

/** Beyond this the one that was not listed for the longest time is forgotten. */
const MAX_TOOLS = 10_000
/** How deep a mirrored parameter may lie; what is deeper is not compared. */
const MAX_DEPTH = 32
const ANNOTATION = 'x-mcp-header'
/** How its letters may be written, so that it is not found as it is. */
const ESCAPED_LETTER = '\\u00'
// token = 1*tchar, RFC 9110 §5.6.2
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/
const DECIMAL = /^-?\d+(?:\.\d+)?$/
/** MCP does not permit `number`, but the official server compares it all the same. */
const TYPES: ReadonlySet<unknown> = new Set(['string', 'boolean', 'integer', 'number'])
const MISMATCH = headerMismatch('an Mcp-Param field is not the argument of the body')

export function createMirroredParameters(): MirroredParameters {
  const declared = new Map<string, readonly MirroredParameter[]>()

  function remember(name: string, parameters: readonly MirroredParameter[]): void {
    declared.delete(name)
    if (parameters.length === 0) return
    declared.set(name, parameters)
    const [oldest] = declared.keys()
    if (declared.size > MAX_TOOLS && oldest !== undefined) declared.delete(oldest)
  }

  return {
    learn(tools) {
      if (!Array.isArray(tools)) return
      for (const tool of tools) {
        const { name, inputSchema } = asObject(tool) ?? {}
        if (typeof name === 'string') remember(name, declaredParameters(inputSchema) ?? [])
      }
    },
    mayLearnFrom: (text) =>
      declared.size > 0 || contains(text, ANNOTATION) || contains(text, ESCAPED_LETTER),
    check({ revision, operations }, header) {
      if (!isModernRevision(revision)) return undefined
      const wrong = operations.find(
        ({ method, name, args }) =>
          method === 'tools/call' &&
          declared.get(name)?.some((parameter) => !isMirrored(parameter, args, header)) === true,
      )
      return wrong && { ...MISMATCH, requestId: wrong.requestId }
    },
  }
}

/**
 * The parameters that a schema declares as mirrored, along chains of `properties` only.
 *
 * @returns `undefined` where a declaration is against the rules: which field it means is open, and
 *   clients leave such a tool out.
 */
function declaredParameters(inputSchema: unknown): readonly MirroredParameter[] | undefined {
  const found = new Map<string, MirroredParameter>()
  const pending: { schema: unknown; path: readonly string[] }[] = [
    { schema: inputSchema, path: [] },
  ]
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const { schema, path } = next
    for (const [name, property] of Object.entries(
      asObject(asObject(schema)?.['properties']) ?? {},
    )) {
      const definition = asObject(property)
      if (definition === undefined) continue
      if (Object.hasOwn(definition, ANNOTATION)) {
        const parameter = declaredParameter(definition, [...path, name])
        if (parameter === undefined || found.has(parameter.field)) return undefined
        found.set(parameter.field, parameter)
      }
      if (Object.hasOwn(definition, 'properties') && path.length < MAX_DEPTH) {
        pending.push({ schema: definition, path: [...path, name] })
      }
    }
  }
  return [...found.values()]
}

function declaredParameter(
  { [ANNOTATION]: name, type }: JsonObject,
  path: readonly string[],
): MirroredParameter | undefined {
  if (typeof name !== 'string' || !TOKEN.test(name) || !TYPES.has(type)) return undefined
  const isNumber = type === 'integer' || type === 'number'
  return { field: `mcp-param-${name.toLowerCase()}`, path, isNumber }
}

/** Where the body has no value, there is nothing that a field could mirror. */
function isMirrored(
  { field, path, isNumber }: MirroredParameter,
  args: JsonObject,
  header: ReadHeader,
): boolean {
  const given = readEncodedHeaderValue(header(field))
  const argument = valueAt(args, path)
  const text = textOf(argument)
  if (text === undefined) return given.kind === 'absent'
  if (given.kind !== 'value') return false
  const isSameNumber = isNumber && DECIMAL.test(given.value) && Number(given.value) === argument
  return given.value === text || isSameNumber
}

function valueAt(args: JsonObject, path: readonly string[]): unknown {
  let value: unknown = args
  for (const name of path) {
    const parent = asObject(value)
    if (parent === undefined || !Object.hasOwn(parent, name)) return undefined
    value = parent[name]
  }
  return value
}

/** How a value is written in a field; `undefined` for what cannot be. */
function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value
  if (typeof value === 'boolean') return String(value)
  const isExact =
    Number.isSafeInteger(value) || (Number.isFinite(value) && !Number.isInteger(value))
  return isExact ? String(value) : undefined
}

/** Whether an ASCII text stands anywhere in the bytes. */
function contains(bytes: Uint8Array, text: string): boolean {
  const first = text.charCodeAt(0)
  for (let at = bytes.indexOf(first); at !== -1; at = bytes.indexOf(first, at + 1)) {
    let length = 1
    while (length < text.length && bytes[at + length] === text.charCodeAt(length)) length += 1
    if (length === text.length) return true
  }
  return false
}
