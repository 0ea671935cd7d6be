import { askAndWait } from './ask-and-wait.ts'
import { askByError } from './ask-by-error.ts'
import { askByResult } from './ask-by-result.ts'
import { connectionRefusal } from './call-refusal.ts'
import { openYourselfText } from './texts.ts'
import { type Asked, servicesOf, type UserAsk } from './user-ask.ts'

/**
 * Has the user asked in the way that the revision and the client know. Where the client cannot open
 * a link for its user, a text says where to go: never a form, and nothing is begun for it.
 */
export async function askUser(ask: UserAsk): Promise<Asked> {
  if (!(await ask.call.canOpenUrls())) {
    throw connectionRefusal(openYourselfText(ask.needs), servicesOf(ask.needs))
  }
  if (ask.call.isModern) return askByResult(ask)
  return ask.settings.mode === 'wait' ? askAndWait(ask) : askByError(ask)
}
