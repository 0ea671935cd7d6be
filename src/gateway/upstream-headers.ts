import type { IncomingMessage } from 'node:http'
import type { Passage } from '../resource-server/index.ts'
import { type Arrival, isHiddenField, traceFields } from './arrival.ts'
import type { SignAssertion } from './assertion.ts'
import type { FoundCredentials } from './call-credentials.ts'
import { forwardedFields } from './header-fields.ts'
import type { RouteSettings } from './settings.ts'

/** A request that was let through, and where it goes. */
export interface Admitted {
  readonly message: IncomingMessage
  readonly arrival: Arrival
  readonly passage: Passage
  readonly route: RouteSettings
  readonly sign: SignAssertion | undefined
  /** What the upstream is sent. */
  readonly body: string | Buffer | undefined
}

/**
 * Builds the header of the request to the upstream: listed fields of the client, what is the same
 * for every request, what was found for this one, and who calls. The later ones win.
 *
 * @returns The answer to give instead, where the credentials are one.
 * @throws whatever finds the credentials, or a `TypeError` for credentials that must not be sent
 */
export async function buildUpstreamHeaders(
  admitted: Admitted,
  clientFields: readonly string[],
  isRefused: boolean,
): Promise<string[] | Response> {
  const { route, passage, sign, body } = admitted
  const fields = [...clientFields, 'accept-encoding', 'identity']
  if (body !== undefined) fields.push('content-type', 'application/json')
  for (let at = 0; at < route.upstreamHeaders.length; at += 2) {
    setField(fields, route.upstreamHeaders[at] ?? '', route.upstreamHeaders[at + 1] ?? '')
  }
  const found = await findCredentials(admitted, isRefused)
  if (found instanceof Response) return found
  for (const [name, value] of Object.entries(found)) setField(fields, name.toLowerCase(), value)
  if (sign !== undefined && route.identity !== undefined) {
    const { header } = route.identity
    if (Object.keys(found).some((name) => name.toLowerCase() === header)) {
      throw new TypeError(`credentials and the assertion both have the field ${header}`)
    }
    const assertion = await sign(passage.principal, route.identity)
    setField(fields, header, header === 'authorization' ? `Bearer ${assertion}` : assertion)
  }
  return fields
}

/** The fields of the client that go on; `undefined` where one stands there twice. */
export function readClientFields({ arrival, message, route }: Admitted): string[] | undefined {
  const fields = forwardedFields(message, route.requestHeaders, isHiddenField(arrival))
  if (fields === undefined) return undefined
  fields.push(...traceFields(arrival))
  return fields
}

const NOTHING: Readonly<Record<string, string>> = {}

async function findCredentials(admitted: Admitted, isRefused: boolean): Promise<FoundCredentials> {
  const { passage, route } = admitted
  if (route.findCredentials === undefined) return NOTHING
  const found = await route.findCredentials(admitted, isRefused)
  if (found instanceof Response) return found
  const { token } = passage.authInfo
  const values: readonly (readonly [string, unknown])[] = Object.entries(found)
  const odd = values.find(([, value]) => typeof value !== 'string')
  // A list would be sent too, and the token in it not be found.
  if (odd !== undefined) throw new TypeError(`credentials gave ${odd[0]}, whose value is no text`)
  if (Object.values(found).some((value) => value.includes(token))) {
    throw new TypeError('credentials gave the access token of the caller, which is never passed on')
  }
  return found
}

function setField(fields: string[], name: string, value: string): void {
  for (let at = 0; at < fields.length; at += 2) {
    if (fields[at] === name) {
      fields[at + 1] = value
      return
    }
  }
  fields.push(name, value)
}
