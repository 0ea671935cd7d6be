import { randomId } from '../../runtime/index.ts'
import { askText } from './texts.ts'
import { beginRequest, type UserAsk } from './user-ask.ts'

/**
 * Asks by the error `-32042` of MCP 2025-11-25: the client opens the links and calls again when it
 * likes. It does NOT tell the client when they are done, since the call is over by then.
 */
export async function askByError(ask: UserAsk): Promise<never> {
  const { needs, settings, call } = ask
  const elicitations = await Promise.all(
    needs.map(async (need) => {
      const elicitationId = randomId()
      const { url } = await beginRequest(ask, need.service, elicitationId)
      const message = askText(need, settings.purpose ?? call.name)
      return { mode: 'url' as const, elicitationId, url, message }
    }),
  )
  const message = elicitations.map((elicitation) => elicitation.message).join(' ')
  return call.refuseWithUrls(elicitations, message)
}
