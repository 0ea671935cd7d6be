import { UpstreamError } from '../../errors/index.ts'
import { type AnswerRequest, fetchAnswer } from '../../http/index.ts'
import { type RemoteSettings, TIMEOUT_MILLISECONDS } from './remote-options.ts'

/** What an endpoint of a provider has answered. */
export interface ProviderAnswer {
  readonly status: number
  readonly headers: Headers
  /** The JSON object of the body, without a prototype; `undefined` for anything else. */
  readonly body: Readonly<Record<string, unknown>> | undefined
}

/** @throws {UpstreamError} where there is no answer to read */
export async function askProvider(
  endpoint: string,
  request: AnswerRequest,
  { fetch }: Pick<RemoteSettings, 'fetch'>,
): Promise<ProviderAnswer> {
  const limits = { fetch, timeoutMilliseconds: TIMEOUT_MILLISECONDS }
  const answer = await fetchAnswer(endpoint, request, limits)
  return { status: answer.status, headers: answer.headers, body: parseObject(await answer.text()) }
}

/** The error for a status that says nothing about the token, such as that of a wrong secret. */
export function unexpectedStatus(endpoint: string, { status }: ProviderAnswer): UpstreamError {
  const code = [401, 403].includes(status) ? 'ERR_UPSTREAM_CLIENT_REFUSED' : 'ERR_UPSTREAM_STATUS'
  return new UpstreamError(code, `${endpoint} (status ${status})`, { retryable: true })
}

/** An identifier that some providers write as a number. */
export function readSubject(value: unknown): string | undefined {
  if (Number.isSafeInteger(value)) return String(value)
  return typeof value === 'string' && value !== '' ? value : undefined
}

function parseObject(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
    // On the prototype somebody else's code may have put `aud`.
    return Object.assign<Record<string, unknown>, object>(Object.create(null), value)
  } catch {
    return undefined
  }
}
