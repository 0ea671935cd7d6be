import { setTimeout as sleep } from 'node:timers/promises'
import type { Replica } from './start-replica.ts'

/** The body of a token answer, or of another one. */
export type Tokens = Readonly<Record<string, unknown>>

/** What a replica has answered. */
export interface Answer {
  readonly status: number
  readonly body: Tokens
}

/** The replica that a caller asks first. */
export function one(replicas: readonly Replica[], caller: number): Replica {
  const replica = replicas[caller % replicas.length]
  if (replica === undefined) throw new Error('there is no replica')
  return replica
}

/** Asks for tokens; `undefined` where the replica has gone. */
export async function postToken(
  { origin }: Replica,
  parameters: Readonly<Record<string, string>>,
): Promise<Answer | undefined> {
  return ask(`${origin}/token`, { method: 'POST', body: new URLSearchParams(parameters) })
}

/** Calls the tool that gives the upstream's token. */
export async function callTool(
  { origin }: Replica,
  accessToken: string,
): Promise<Answer | undefined> {
  return ask(`${origin}/mcp`, { headers: { authorization: `Bearer ${accessToken}` } })
}

/** Does what clients do: the same again, and in the end elsewhere, while there is no answer. */
export async function untilAnswered(
  replicas: readonly Replica[],
  first: number,
  call: (replica: Replica) => Promise<Answer | undefined>,
): Promise<Answer> {
  for (let attempt = 0; attempt < 200; attempt += 1) {
    const answer = await call(one(replicas, first + attempt))
    if (answer !== undefined && answer.status !== 503) return answer
    await sleep(25)
  }
  throw new Error('no replica has answered')
}

async function ask(url: string, init: RequestInit): Promise<Answer | undefined> {
  try {
    const response = await fetch(url, init)
    const text = await response.text()
    return { status: response.status, body: text === '' ? {} : JSON.parse(text) }
  } catch (error) {
    // `fetch failed`, or a body that was cut off.
    if (error instanceof TypeError) return undefined
    throw error
  }
}
