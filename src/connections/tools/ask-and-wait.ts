import { importPeer, isObject, randomId } from '../../runtime/index.ts'
import type { NeededConnection } from '../connection-required.ts'
import { connectionRefusal } from './call-refusal.ts'
import type { Elicitation } from './elicitation.ts'
import { notifyComplete, type SendOptions } from './mcp-call.ts'
import { askText, declinedText, unfinishedText } from './texts.ts'
import { type Asked, beginRequest, CONNECTED, dropRequests, type UserAsk } from './user-ask.ts'

/**
 * Asks in the middle of the call (`elicitation/create` of MCP 2025-11-25), one service after the
 * other, and waits for the user within one time limit. The client is told when each is done.
 */
export async function askAndWait(ask: UserAsk): Promise<Asked> {
  const { clock } = ask.core.settings
  const deadline = clock.elapsed() + ask.settings.waitSeconds * 1000
  for (const need of ask.needs) {
    // One after the other: a user has one pair of eyes.
    // oxlint-disable-next-line no-await-in-loop
    await askForOne(ask, need, () => deadline - clock.elapsed())
  }
  return CONNECTED
}

async function askForOne(
  ask: UserAsk,
  need: NeededConnection,
  millisecondsLeft: () => number,
): Promise<void> {
  const { core, owner, call } = ask
  const elicitationId = randomId()
  const { id, url } = await beginRequest(ask, need.service, elicitationId)
  try {
    const message = askText(need, ask.settings.purpose ?? call.name)
    const params = { mode: 'url' as const, elicitationId, url, message }
    const action = await elicit(ask, params, Math.max(1, millisecondsLeft()))
    if (action === undefined) throw refusal(need, unfinishedText)
    if (action !== 'accept') throw refusal(need, declinedText)
    const timeoutSeconds = Math.max(0, millisecondsLeft()) / 1000
    const outcome = await core.requests.waitFor(owner, id, { timeoutSeconds, signal: call.signal })
    if (outcome === 'declined') throw refusal(need, declinedText)
    if (outcome !== 'connected') throw refusal(need, unfinishedText)
  } catch (error) {
    await dropRequests(ask, [id])
    throw error
  }
  // The connection is there; a client that has gone is not told.
  await notifyComplete(call, elicitationId).catch(() => undefined)
}

/** What the user said; a client that fails to ask has not asked. */
async function elicit(
  { call: { context, signal } }: UserAsk,
  params: Elicitation,
  timeout: number,
): Promise<unknown> {
  const options = { timeout, ...(signal && { signal }) }
  const answer = await send(context, params, options).catch(() => undefined)
  return isObject(answer) ? answer['action'] : undefined
}

async function send(
  { mcpReq, sendRequest }: UserAsk['call']['context'],
  params: Elicitation,
  options: SendOptions,
): Promise<unknown> {
  if (mcpReq !== undefined) return mcpReq.elicitInput(params, options)
  const { ElicitResultSchema } = await importPeer(
    '@modelcontextprotocol/sdk',
    () => import('@modelcontextprotocol/sdk/types.js'),
  )
  const request = { method: 'elicitation/create', params: { ...params } }
  return sendRequest?.(request, ElicitResultSchema as never, options)
}

function refusal(need: NeededConnection, text: (titles: readonly string[]) => string) {
  return connectionRefusal(text([need.title]), [need.service])
}
