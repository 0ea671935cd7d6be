import { type JsonBody, peekJsonBody, readJsonRequest } from './json-body.ts'

/** Where the body of a request comes from. */
export interface BodySource {
  /** The body where a framework has parsed it already. */
  readonly parsed?: unknown
  /** Whether the handler is given what is read here, so that it is read in any case. */
  readonly isHandedOn?: boolean
  /** Reads the whole body. The handler cannot read it again unless the source keeps it. */
  readonly read: (maxBytes: number) => Promise<JsonBody>
  /** The value of a body that is about to be refused; `undefined` where it cannot be had. */
  readonly peek: () => Promise<unknown>
}

/** The body of a web request that the handler is given as it is read here. */
export function takingBody(request: Request): BodySource {
  return {
    isHandedOn: true,
    read: (maxBytes) => readJsonRequest(request, maxBytes),
    peek: () => peekJsonBody(request.body),
  }
}

/** The body of a web request that can still be read afterwards: it is kept in memory for that. */
export function keepingBody(request: Request, parsed?: unknown): BodySource {
  return {
    parsed,
    read: (maxBytes) => readJsonRequest(request.clone(), maxBytes),
    peek: () => peekJsonBody(request.body),
  }
}
