import type { HeldAuthorization } from '../connection-attempts.ts'
import type { OAuthService } from '../service.ts'
import { pageAnswer, redirect } from './answers.ts'
import { readCheckedForm } from './checked-form.ts'
import { issueFormToken } from './form-tokens.ts'
import { obstacleAnswer } from './obstacles.ts'
import type { PageAnswer } from './page-request.ts'
import { isStillAsked } from './service-callback.ts'
import { signInNeeded } from './sign-in.ts'
import type { UserVisit, Visit } from './visit.ts'

/** `/connect/<service>/confirm`: keeps an account once the user says that it is theirs. */
export async function chooseAccount(visit: Visit, name: string): Promise<PageAnswer> {
  const { parts, request } = visit
  const { core, sessions } = parts
  const service = core.settings.services.get(name)
  if (service?.kind !== 'oauth') return obstacleAnswer(visit, 'page_not_found')
  const session = await sessions.find(request.cookieHeader)
  if (session === undefined) return signInNeeded(visit)
  const id = request.query.get('held') ?? ''
  const held = await core.held.find(session.owner, id)
  if (held?.service !== name) return obstacleAnswer(visit, 'account_not_held')
  const userVisit = { ...visit, session }
  if (request.method !== 'POST') return show(userVisit, service, held, id)
  const checked = await readCheckedForm(userVisit, `choose ${id}`)
  if (!checked.ok) return checked.answer
  const decision = checked.form.get('decision')
  if (decision === 'yes') return keep(userVisit, service, id)
  if (decision === 'no') return refuse(userVisit, service, id)
  return show(userVisit, service, held, id)
}

async function show(
  { parts, session }: UserVisit,
  service: OAuthService,
  { account }: HeldAuthorization,
  id: string,
): Promise<PageAnswer> {
  const { pages, paths, core } = parts
  const present = await core.vault.find(session.owner, service.name)
  const page = pages.accountChoice({
    action: `${paths.connect}/${service.name}/confirm?held=${id}`,
    csrfToken: await issueFormToken(session.secret, `choose ${id}`),
    service: service.title,
    account: account.name || account.id || service.title,
    replaces: present && (present.account.name || present.title),
  })
  return pageAnswer(page)
}

async function keep(visit: UserVisit, service: OAuthService, id: string): Promise<PageAnswer> {
  const { parts, session } = visit
  const { owner } = session
  const held = await parts.core.held.take(owner, id)
  if (held === undefined) return obstacleAnswer(visit, 'account_not_held')
  if (!(await isStillAsked(parts.core, held))) {
    // Nobody will use them.
    await service.revoke(held.tokens)
    return obstacleAnswer(visit, 'account_not_held')
  }
  const { tokens, account, clientId, requestId } = held
  await parts.core.vault.save(owner, service.name, { kind: 'oauth', tokens, account, clientId })
  const mark = requestId === undefined ? '' : `?id=${requestId}`
  return redirect(`${parts.paths.connect}/${service.name}/done${mark}`)
}

/** The user may want another account: whoever asked goes on waiting, and the page is shown again. */
async function refuse(visit: UserVisit, service: OAuthService, id: string): Promise<PageAnswer> {
  const { parts, session } = visit
  const held = await parts.core.held.take(session.owner, id)
  if (held === undefined) return obstacleAnswer(visit, 'account_not_held')
  await service.revoke(held.tokens)
  const mark = held.requestId === undefined ? '' : `?id=${held.requestId}`
  return redirect(`${parts.paths.connect}/${service.name}${mark}`)
}
