import { fetchAnswer } from '../http/index.ts'
import { type RemoteOutcome, refuse, succeed } from '../oauth-client/index.ts'
import { isObject } from '../runtime/index.ts'
import type { ServiceAccount } from './service.ts'
import type { AccountRequest, OAuthServiceSettings } from './service-settings.ts'

const MAX_TEXT_LENGTH = 1_024

/** Asks the service something with an access token. @throws {UpstreamError} */
export async function askWithToken(
  { method, body }: Pick<AccountRequest, 'body' | 'method'>,
  url: string,
  accessToken: string,
  { client, apiHeaders }: OAuthServiceSettings,
): Promise<Response> {
  const headers = {
    accept: 'application/json',
    ...apiHeaders,
    ...(body !== undefined && { 'content-type': 'application/json' }),
    authorization: `Bearer ${accessToken}`,
  }
  const options = { fetch: client.fetch, timeoutMilliseconds: 10_000, maxBytes: 1_048_576 }
  return fetchAnswer(url, { method, headers, body }, options)
}

/**
 * Whose account an access token is of.
 *
 * @throws {UpstreamError} where the service cannot be asked
 */
export async function readAccount(
  url: string,
  request: AccountRequest,
  accessToken: string,
  settings: OAuthServiceSettings,
): Promise<RemoteOutcome<ServiceAccount>> {
  const answer = await askWithToken(request, url, accessToken, settings)
  if (answer.status !== 200) return refuse('userinfo')
  const body = parse(await answer.text())
  const id = textAt(body, request.subject)
  if (id === undefined) return refuse('subject')
  return succeed({ id, name: textAt(body, request.name) ?? id })
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function textAt(body: unknown, path: string): string | undefined {
  let value = body
  for (const name of path.split('.')) {
    value = isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined
  }
  const text = typeof value === 'number' && Number.isSafeInteger(value) ? String(value) : value
  const isText = typeof text === 'string' && text !== '' && text.length <= MAX_TEXT_LENGTH
  return isText ? text : undefined
}
