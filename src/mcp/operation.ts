import type { RequestId } from './json-rpc.ts'

/** What kind of thing a message is about; `method` where it names nothing else. */
export type OperationKind = 'tool' | 'resource' | 'prompt' | 'method'

/** One thing that a message asks for: what a policy decides about. */
export interface Operation {
  readonly kind: OperationKind
  /** The JSON-RPC method, such as `tools/call`. */
  readonly method: string
  /** Tool name, resource URI or prompt name; the method itself for the kind `method`. */
  readonly name: string
  /** `params.arguments` of a tool or prompt; empty where there are none. */
  readonly args: Readonly<Record<string, unknown>>
  /** `undefined` for a notification. */
  readonly requestId: RequestId | undefined
}

/** The messages of one HTTP body. */
export interface Messages {
  /** The protocol revision, where the messages themselves name one (from 2026-07-28 on). */
  readonly revision: string | undefined
  readonly isBatch: boolean
  /** In the order of the body. A message that names several things has several operations. */
  readonly operations: readonly Operation[]
}

/** Why a body is refused before anything else is decided about it. */
export interface MessageFault {
  /** 404 for a method that the revision no longer has, as for any other unknown one. */
  readonly status: 400 | 404
  /** −32600, −32601, −32602, or −32020 where header and body disagree (MCP 2026-07-28). */
  readonly code: number
  /** A constant, which repeats nothing of the request. */
  readonly message: string
  /** `undefined` for a notification, a batch, and what is no request at all. */
  readonly requestId: RequestId | undefined
}
