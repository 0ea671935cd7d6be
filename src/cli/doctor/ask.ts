import { isLoopbackHostname } from '../../oauth/index.ts'
import { createGuardedFetch, type GuardedFetch } from '../../outbound/index.ts'
import { failureCode } from '../provider-probe.ts'
import type { Seen } from './seen.ts'

/** One request. Nothing of the environment goes along, and no redirect is followed. */
export interface AskRequest {
  readonly method?: 'DELETE' | 'GET' | 'OPTIONS' | 'POST'
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

/** Sends a request, and never rejects. */
export type Ask = (url: string, request?: AskRequest) => Promise<Seen>

export interface AskOptions {
  /** Names of hosts that the user has named; for those of this machine, {@link hostKey} of them. */
  readonly hosts: ReadonlySet<string>
  readonly fetch: typeof globalThis.fetch
  readonly now: () => number
}

const TIMEOUT_MILLISECONDS = 10_000
const MAX_CHARACTERS = 262_144

/** What makes two names the same host: all names of this machine are one. */
export function hostKey(hostname: string): string {
  return isLoopbackHostname(hostname) ? 'localhost' : hostname
}

/**
 * Creates the one way in which the doctor reaches anything.
 *
 * Hosts that the user has named are asked for everything. A host that only a document of the server
 * names is asked with `GET` alone, by the guarded fetch: https, public addresses, no header field but
 * `Accept`. The document is an attacker's where the server is.
 */
export function createAsk({ hosts, fetch, now }: AskOptions): Ask {
  const allowInsecureLoopback = hosts.has('localhost')
  let guarded: GuardedFetch | undefined
  return async (url, request = {}) => {
    const { method = 'GET' } = request
    const target = URL.canParse(url) ? new URL(url) : undefined
    if (target === undefined || !/^https?:$/.test(target.protocol)) {
      return { request: `${method} ${url}`, url, failure: 'no http URL', isUnnamed: false }
    }
    const named = `${method} ${target.origin}${target.pathname}`
    const silent = { request: named, url }
    if (hosts.has(hostKey(target.hostname))) {
      return askNamed(target, request, { fetch, now, request: named })
    }
    if (method !== 'GET') {
      return { ...silent, failure: `not sent: ${target.hostname} is not named`, isUnnamed: true }
    }
    guarded ??= createGuardedFetch({ maxBytes: MAX_CHARACTERS, allowInsecureLoopback })
    const answer = await guarded(url)
    if (answer.kind === 'refused') {
      return { ...silent, failure: `not read (${answer.reason})`, isUnnamed: true }
    }
    const text = new TextDecoder().decode(answer.body)
    const { status, headers } = answer
    return { ...silent, status, headers, text, json: parseJson(text), at: now() }
  }
}

async function askNamed(
  url: URL,
  { method = 'GET', headers = {}, body }: AskRequest,
  { fetch, now, request }: Pick<AskOptions, 'fetch' | 'now'> & { readonly request: string },
): Promise<Seen> {
  const signal = AbortSignal.timeout(TIMEOUT_MILLISECONDS)
  const init = { method, headers, redirect: 'manual', signal } as const
  try {
    const response = await fetch(url, body === undefined ? init : { ...init, body })
    const at = now()
    const isStream = /^text\/event-stream/i.test(response.headers.get('content-type') ?? '')
    const text = await readText(response, { isStream, isListening: method === 'GET' })
    const json = parseJson(isStream ? firstData(text) : text)
    return {
      request,
      url: url.href,
      status: response.status,
      headers: response.headers,
      text,
      json,
      at,
    }
  } catch (error) {
    const failure = signal.aborted ? 'no answer within 10 s' : (failureCode(error) ?? 'no answer')
    return { request, url: url.href, failure, isUnnamed: false }
  }
}

/** A stream is left after its first message, and one that only listens at once. */
async function readText(
  response: Response,
  { isStream, isListening }: { readonly isStream: boolean; readonly isListening: boolean },
): Promise<string> {
  if (isStream && isListening) {
    await response.body?.cancel()
    return ''
  }
  const decoder = new TextDecoder()
  let text = ''
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk, { stream: true })
    if (text.length > MAX_CHARACTERS || (isStream && firstData(text) !== '')) break
  }
  return text
}

/** The data of the first event that is whole and has some. */
function firstData(stream: string): string {
  const events = stream.split(/\r?\n\r?\n/).slice(0, -1)
  const data = events.map((event) => event.match(/^data:.*$/gm) ?? [])
  const first = data.find((lines) => lines.some((line) => line.length > 'data: '.length))
  return (first ?? []).map((line) => line.replace(/^data: ?/, '')).join('\n')
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
