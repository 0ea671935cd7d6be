import { setTimeout as sleep } from 'node:timers/promises'

/** One answer to a request of a load, or the error of one that got none. */
export interface LoadAnswer {
  /** `performance.now()` when the request was sent, and when its answer was there. */
  readonly sentAt: number
  readonly answeredAt: number
  /** 0 where there was no answer. */
  readonly status: number
  readonly retryAfter: string | null
  /** Which of the tokens was sent. */
  readonly who: string
}

/** Requests without end, until they are told to stop. */
export interface Load {
  readonly answers: readonly LoadAnswer[]
  stop(): Promise<void>
}

/** How many requests are under way at once, and the pause of each before its next one. */
const AT_ONCE = 8
const PAUSE_MILLISECONDS = 5

/** @param tokens By whose they are; they take turns. */
export function startLoad(url: string, tokens: Readonly<Record<string, string>>): Load {
  const answers: LoadAnswer[] = []
  const stopping = new AbortController()
  const names = Object.keys(tokens)

  async function run(client: number): Promise<void> {
    for (let turn = client; !stopping.signal.aborted; turn += 1) {
      const who = names[turn % names.length] ?? ''
      const sentAt = performance.now()
      const answer = await ask(url, tokens[who] ?? '')
      answers.push({ ...answer, sentAt, answeredAt: performance.now(), who })
      await sleep(PAUSE_MILLISECONDS)
    }
  }

  const clients = Array.from({ length: AT_ONCE }, (_, client) => run(client))
  return {
    answers,
    async stop() {
      stopping.abort()
      await Promise.all(clients)
    },
  }
}

async function ask(
  url: string,
  token: string,
): Promise<{ readonly status: number; readonly retryAfter: string | null }> {
  try {
    const response = await fetch(url, { headers: { authorization: `Bearer ${token}` } })
    await response.arrayBuffer()
    return { status: response.status, retryAfter: response.headers.get('retry-after') }
  } catch {
    return { status: 0, retryAfter: null }
  }
}
