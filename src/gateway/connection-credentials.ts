import type { Connections, Credential } from '../connections/index.ts'
import { runWithRequest } from '../context/index.ts'
import { GatehouseError } from '../errors/index.ts'
import { jsonAnswer } from '../http/index.ts'
import { errorResponse, requestIdOf } from '../mcp/index.ts'
import { isObject } from '../runtime/index.ts'
import type { FindCredentials } from './call-credentials.ts'
import { isFieldValue } from './header-fields.ts'
import { errorBody } from './own-answer.ts'
import { fillTemplate } from './parse-connections.ts'
import type { SessionClients } from './session-clients.ts'
import type { ConnectionNeed } from './settings.ts'
import type { Admitted } from './upstream-headers.ts'

type GatewayConnections = Pick<Connections, 'get' | 'messages'>

/** What was sent of one connection. */
interface Sent {
  readonly credential: Credential
  readonly accessToken: string | undefined
}

/** Requests that do something for their user: whoever sends one can be asked. */
const CALLS: ReadonlySet<unknown> = new Set(['tools/call', 'prompts/get', 'resources/read'])

/**
 * Creates what finds the connections of callers, and asks users for those that are missing. When the
 * upstream has refused what it was given, their services are asked about it, once.
 */
export function createConnectionCredentials(
  connections: GatewayConnections,
  needs: readonly ConnectionNeed[],
  clients: SessionClients,
): FindCredentials {
  const sent = new WeakMap<Admitted, readonly Sent[]>()

  async function find(admitted: Admitted, isRefused: boolean): ReturnType<FindCredentials> {
    if (isRefused) await Promise.all((sent.get(admitted) ?? []).map(renew))
    const messages = [admitted.passage.parsedBody].flat()
    const wanted = needs.filter((need) => isWanted(need, messages))
    const required = wanted.filter((need) => isRefused || isRequired(need, messages))
    const found =
      required.length === 0 ? {} : await requireAll(connections, required, admitted, clients)
    if (found instanceof Response) return found
    const fields: Record<string, string> = {}
    const used: Sent[] = []
    for (const need of wanted) {
      // oxlint-disable-next-line no-await-in-loop -- there are one or two
      const credential = found[need.service] ?? (await findOptional(connections, need, admitted))
      if (credential === undefined) continue
      // oxlint-disable-next-line no-await-in-loop
      used.push(await addFields(fields, need, credential))
    }
    sent.set(admitted, used)
    return fields
  }

  return (admitted, isRefused) =>
    runWithRequest(admitted.passage.current, () => find(admitted, isRefused))
}

/** A connection that has ended is asked for anew, like one that was never there. */
async function renew({ credential, accessToken }: Sent): Promise<void> {
  await credential.renew(accessToken).catch((error: unknown) => {
    if (!isConnectionRequired(error)) throw error
  })
}

function isConnectionRequired(error: unknown): boolean {
  return error instanceof GatehouseError && error.code === 'ERR_CONNECTION_REQUIRED'
}

/** Whether the upstream is given a connection with these messages. */
function isWanted({ tools }: ConnectionNeed, messages: readonly unknown[]): boolean {
  return tools === undefined || messages.some((message) => tools.has(toolOf(message) ?? ''))
}

/** Whether nothing of these messages is passed on without it. */
function isRequired(need: ConnectionNeed, messages: readonly unknown[]): boolean {
  return need.tools !== undefined || messages.some(isCall)
}

function isCall(message: unknown): boolean {
  return isObject(message) && CALLS.has(message['method'])
}

function toolOf(message: unknown): string | undefined {
  if (!isObject(message) || message['method'] !== 'tools/call') return undefined
  const { params } = message
  const name = isObject(params) ? params['name'] : undefined
  return typeof name === 'string' ? name : undefined
}

async function findOptional(
  connections: GatewayConnections,
  { service }: ConnectionNeed,
  { passage: { principal } }: Admitted,
): Promise<Credential | undefined> {
  if (principal.kind !== 'user') return undefined
  try {
    return await connections.get(principal, service)
  } catch (error) {
    if (isConnectionRequired(error)) return undefined
    throw error
  }
}

/** The credentials by service, or the answer to all messages. */
async function requireAll(
  connections: GatewayConnections,
  needs: readonly ConnectionNeed[],
  admitted: Admitted,
  clients: SessionClients,
): Promise<Readonly<Record<string, Credential>> | Response> {
  const { passage } = admitted
  const asked = [passage.parsedBody].flat().find((one) => requestIdOf(one) !== undefined)
  if (asked === undefined) return refuseUnasked()
  const gone = watchClient(admitted)
  try {
    const outcome = await connections.messages.require(
      needs.map(({ service }) => service),
      {
        principal: passage.principal,
        message: asked,
        ...clientOf(admitted, clients),
        signal: gone.signal,
      },
      purposeOf(needs),
    )
    if ('credentials' in outcome) return outcome.credentials
    return jsonAnswer(200, answerAll(passage.parsedBody, asked, outcome.answer))
  } finally {
    gone.forget()
  }
}

function clientOf({ arrival, route }: Admitted, clients: SessionClients) {
  const [protocolVersion] = arrival.inbound.header('mcp-protocol-version')
  const [session] = arrival.inbound.header('mcp-session-id')
  return { protocolVersion, initialized: clients.find(route.gatehouse.resource, session) }
}

function purposeOf(needs: readonly ConnectionNeed[]): { readonly purpose?: string } {
  const { purpose } = needs.find((need) => need.purpose !== undefined) ?? {}
  return purpose === undefined ? {} : { purpose }
}

/** Nobody waits for an answer to a notification, or to what is no message. */
function refuseUnasked(): Response {
  const description = 'This needs a connection that the user does not have.'
  return jsonAnswer(403, errorBody('connection_required', description))
}

/** Of a batch, one request is answered with the question, and the others are not run. */
function answerAll(body: unknown, asked: unknown, answer: unknown): unknown {
  if (!Array.isArray(body)) return answer
  return body.flatMap((message: unknown) => {
    if (message === asked) return [answer]
    const id = requestIdOf(message)
    const text = 'It was not run: another message of the batch needs a connection.'
    return id === undefined ? [] : [errorResponse(id, -32_003, text)]
  })
}

async function addFields(
  fields: Record<string, string>,
  { service, headers, hasToken }: ConnectionNeed,
  credential: Credential,
): Promise<Sent> {
  const accessToken = hasToken ? await credential.accessToken() : undefined
  const values = accessToken === undefined ? credential.fields : { access_token: accessToken }
  for (const [name, template] of headers) {
    const value = fillTemplate(template, values)
    if (value === undefined) continue
    // The value itself stands in no message.
    if (!isFieldValue(value)) throw new TypeError(`${service} has no value for a field: ${name}`)
    fields[name] = value
  }
  return { credential, accessToken }
}

/** Whether the client goes away while its user is waited for. */
function watchClient({ message: { socket } }: Admitted) {
  const controller = new AbortController()
  const abort = (): void => controller.abort()
  socket.once('close', abort)
  return { signal: controller.signal, forget: () => socket.off('close', abort) }
}
