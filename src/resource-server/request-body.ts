import type { BodySource, InboundRequest } from '../http/index.ts'
import { type MessageFault, type Messages, readMessages } from '../mcp/index.ts'
import type { Principal } from '../principal/index.ts'
import type { GateState } from './gate-state.ts'
import type { Settings } from './options/index.ts'
import type { Refusal } from './refusal.ts'

/** A body, and what it asks for where somebody looks into bodies. */
export interface RequestBody {
  readonly parsedBody: unknown
  readonly messages: Messages | undefined
  /** The same where only limits look into bodies. */
  readonly counted: Messages | undefined
}

const NOTHING: RequestBody = { parsedBody: undefined, messages: undefined, counted: undefined }
/** Methods whose requests carry no message, whatever follows their header. */
const WITHOUT_MESSAGE: ReadonlySet<string> = new Set(['GET', 'HEAD', 'DELETE', 'OPTIONS'])

/** Whether the handler could find a message in what follows the header. */
export function carriesMessage(
  { method }: InboundRequest,
  { readsMessages }: Pick<Settings<unknown>, 'readsMessages'>,
): boolean {
  return method === 'POST' || (readsMessages && !WITHOUT_MESSAGE.has(method))
}

/** Reads the body of an admitted caller's request, as far as the handler or a policy need it. */
export async function readBody<Claims>(
  request: InboundRequest,
  body: BodySource,
  principal: Principal<Claims>,
  settings: Pick<Settings<Claims>, 'checksMessages' | 'readsMessages' | 'maxBodyBytes'>,
  { mirroredParameters }: Pick<GateState<Claims>, 'mirroredParameters'>,
): Promise<RequestBody | Refusal> {
  const { checksMessages, readsMessages, maxBodyBytes } = settings
  let parsedBody = body.parsed
  const isRead = readsMessages || body.isHandedOn === true
  if (!isRead || !carriesMessage(request, settings)) return { ...NOTHING, parsedBody }
  if (parsedBody === undefined && request.hasBody()) {
    // Nobody waits for what is too much by its own account.
    const announced = Number(request.header('content-length')[0] ?? 0)
    if (announced > maxBodyBytes) return { kind: 'too_large', principal }
    const read = await body.read(maxBodyBytes)
    if (read.kind !== 'json') return { kind: read.kind, principal }
    parsedBody = read.value
  }
  if (!readsMessages) return { ...NOTHING, parsedBody }
  const messages = readMessages(parsedBody, request.header)
  if (isFault(messages)) return { kind: 'message', fault: messages, principal }
  const fault = mirroredParameters.check(messages, request.header)
  if (fault !== undefined) return { kind: 'message', fault, principal }
  // Where nobody decides about messages, nothing else goes by them.
  return { parsedBody, messages: checksMessages ? messages : undefined, counted: messages }
}

/** The messages of a request that is being refused, so that the refusal can name them. */
export async function peekMessages(
  request: InboundRequest,
  { parsed, peek }: BodySource,
): Promise<Messages | undefined> {
  const body = parsed ?? (await peek())
  const messages = readMessages(body, request.header)
  if (!isFault(messages)) return messages
  // A faulty request can be answered by its id all the same.
  const { requestId } = messages
  if (requestId === undefined) return undefined
  const faulty = { kind: 'method', method: '', name: '', args: {}, requestId } as const
  return { revision: undefined, isBatch: false, operations: [faulty] }
}

function isFault(messages: Messages | MessageFault): messages is MessageFault {
  return 'code' in messages
}
