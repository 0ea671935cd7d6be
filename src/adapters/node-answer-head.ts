import type { OutgoingHttpHeader, ServerResponse } from 'node:http'
import type { Http2ServerResponse } from 'node:http2'
import { type AnswerHead, REWRITTEN_BODY_DROPS } from '../http/index.ts'

/** The fields of an answer as `getHeaders` gives them. */
export type Fields = ReturnType<ServerResponse['getHeaders']>

type Field = readonly [name: string, value: OutgoingHttpHeader]

const HTTP2_INTERNAL_ERROR = 2

/** What is about to be sent: the arguments of `writeHead` stand above what was set before. */
export function readHead(response: ServerResponse, args: readonly unknown[]): AnswerHead {
  return {
    status: typeof args[0] === 'number' ? args[0] : response.statusCode,
    header(name) {
      const given = givenValues(args, name)
      const set = given.length > 0 ? given : response.getHeader(name)
      return Array.isArray(set) ? set.flat().join(', ') : set?.toString()
    },
  }
}

/** The values of a field among the arguments of `writeHead`, in whatever case its name is there. */
function givenValues(args: readonly unknown[], name: string): OutgoingHttpHeader[] {
  const fields = fieldsOf(args)
  const values: OutgoingHttpHeader[] = []
  if (fields === undefined) return values
  if (Array.isArray(fields)) {
    for (const [key, value] of givenFields(args)) if (isNamed(key, name)) values.push(value)
    return values
  }
  // Without the pairs that the rest works with: every answer comes here.
  for (const key of Object.keys(fields)) {
    if (isNamed(key, name)) values.push(Reflect.get(fields, key) as OutgoingHttpHeader)
  }
  return values
}

function isNamed(key: string, name: string): boolean {
  return key.length === name.length && key.toLowerCase() === name
}

/** Sets what `writeHead` was given, so that it can still be changed. Throws as `writeHead` does. */
export function absorbHead(response: ServerResponse, args: readonly unknown[]): void {
  const [status, reason] = args
  if (typeof status === 'number') response.statusCode = status
  if (typeof reason === 'string' && !isHttp2(response)) response.statusMessage = reason
  const given = givenFields(args)
  for (const [name] of given) {
    // Removing marks a field of Node's own as unwanted, so only what is there.
    if (response.hasHeader(name)) response.removeHeader(name)
  }
  for (const [name, value] of given) {
    response.appendHeader(name, typeof value === 'number' ? String(value) : value)
  }
}

export function dropFieldsOfBody(response: ServerResponse): void {
  // Also where it is not set: Node would send a length that a framework reckoned beforehand.
  for (const name of REWRITTEN_BODY_DROPS) response.removeHeader(name)
}

/** Sets the head of `answer` over the fields that were there before the handler began. */
export function replaceHead(response: ServerResponse, answer: Response, initial: Fields): void {
  response.statusCode = answer.status
  if (!isHttp2(response)) response.statusMessage = answer.statusText
  for (const name of response.getHeaderNames()) response.removeHeader(name)
  for (const [name, value] of Object.entries(initial)) {
    if (value !== undefined) response.setHeader(name, value)
  }
  for (const name of new Set(answer.headers.keys())) {
    if (name !== 'vary') response.removeHeader(name)
  }
  for (const [name, value] of answer.headers) response.appendHeader(name, value)
}

/** HEAD, and the statuses without content (RFC 9110 §6.4.1). */
export function hasContent(response: ServerResponse): boolean {
  const isHead = isHttp2(response) ? response.stream.headRequest : response.req.method === 'HEAD'
  return !isHead && ![204, 205, 304].includes(response.statusCode)
}

/** Whether the client has gone, or the answer has been cut off. */
export function isGone(response: ServerResponse): boolean {
  return isHttp2(response)
    ? response.stream.destroyed || response.stream.closed
    : response.destroyed || response.writableFinished
}

/** Ends an answer so that no client takes it for a whole one. */
export function abort(response: ServerResponse): void {
  if (isHttp2(response)) response.stream.close(HTTP2_INTERNAL_ERROR)
  else response.destroy()
}

/** Node's compatibility API has the shape of `node:http`, under types of its own. */
function isHttp2(response: unknown): response is Http2ServerResponse & {
  readonly stream: { readonly headRequest: boolean }
} {
  return typeof response === 'object' && response !== null && 'stream' in response
}

/** `writeHead(status, [message], [fields])`; fields as an object, a flat array or pairs. */
function givenFields(args: readonly unknown[]): Field[] {
  const fields = fieldsOf(args)
  if (fields === undefined) return []
  if (!Array.isArray(fields)) return Object.entries(fields).filter((pair) => isField(pair))
  const flat: unknown[] = Array.isArray(fields[0]) ? fields.flat() : fields
  const pairs = flat.map((name, at): readonly unknown[] => [name, flat[at + 1]])
  return pairs.filter((_, at) => at % 2 === 0).filter((pair) => isField(pair))
}

function fieldsOf([, first, second]: readonly unknown[]): object | undefined {
  const fields: unknown = second ?? (typeof first === 'string' ? undefined : first)
  return typeof fields === 'object' && fields !== null ? fields : undefined
}

/** Node skips empty names, and refuses what else is wrong with a field. */
function isField(pair: readonly unknown[]): pair is Field {
  return pair[0] !== '' && typeof pair[0] === 'string'
}
