import { pageAnswer } from './answers.ts'
import { obstacleAnswer } from './obstacles.ts'
import type { PageAnswer } from './page-request.ts'
import { clientOf } from './request-view.ts'
import { signInNeeded } from './sign-in.ts'
import type { Visit } from './visit.ts'

/** `/connect/<service>/done`: says what has become of it. Loading it again does nothing. */
export async function showDone(visit: Visit, name: string): Promise<PageAnswer> {
  const { parts, request } = visit
  const { core, sessions, pages, paths } = parts
  const service = core.settings.services.get(name)
  if (service === undefined) return obstacleAnswer(visit, 'page_not_found')
  const session = await sessions.find(request.cookieHeader)
  if (session === undefined) return signInNeeded(visit)
  const id = request.query.get('id')
  const asked = id === null ? undefined : await core.requests.get(session.owner, id)
  const isDeclined = asked !== undefined && asked.outcome !== 'connected'
  const present = isDeclined ? undefined : await core.vault.find(session.owner, name)
  const page = pages.connected({
    service: service.title,
    account: present && (present.account.name || service.title),
    client: clientOf(asked),
    accountPath: paths.account,
  })
  return pageAnswer(page)
}
