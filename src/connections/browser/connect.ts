import type { OAuthService } from '../service.ts'
import { pageAnswer, redirect } from './answers.ts'
import { type AskedService, findAskedService } from './asked-service.ts'
import { readCheckedForm } from './checked-form.ts'
import { failureAnswer, obstacleAnswer } from './obstacles.ts'
import type { PageAnswer } from './page-request.ts'
import { connectPurpose, requestView } from './request-view.ts'
import { saveSecret, showSecretForm } from './secret-form.ts'
import type { Visit } from './visit.ts'

/** `/connect/<service>`: says who asks for what, and begins it once the user says so. */
export async function connect(visit: Visit, name: string): Promise<PageAnswer> {
  const found = await findAskedService(visit, name)
  if (!found.ok) return found.answer
  const asked = found.value
  if (visit.request.method !== 'POST') return show(asked)
  const checked = await readCheckedForm(asked, connectPurpose(asked))
  if (!checked.ok) return checked.answer
  const decision = checked.form.get('decision')
  if (decision === 'cancel') return cancel(asked)
  if (decision !== 'connect') return show(asked)
  return asked.service.kind === 'oauth'
    ? sendToService(asked, asked.service)
    : saveSecret(asked, asked.service, checked.form)
}

async function show(asked: AskedService): Promise<PageAnswer> {
  const { service } = asked
  if (service.kind === 'secret') return showSecretForm(asked, service)
  const view = await requestView(asked)
  const host = service.host ?? service.title
  return pageAnswer(asked.parts.pages.connect({ ...view, host, permissions: service.permissions }))
}

async function cancel({ parts, session, service, asked }: AskedService): Promise<PageAnswer> {
  if (asked === undefined) return redirect(parts.paths.account)
  await parts.core.requests.settle(session.owner, asked.id, 'declined')
  return redirect(`${parts.paths.connect}/${service.name}/done?id=${asked.id}`)
}

async function sendToService(asked: AskedService, service: OAuthService): Promise<PageAnswer> {
  const { parts, session, request, here } = asked
  const { core, paths } = parts
  const redirectUri = paths.url(`${paths.connect}/${service.name}/callback`)
  const started = await service.start({ redirectUri })
  if (!started.ok) {
    const { failure } = started
    if (failure.kind === 'denied')
      return obstacleAnswer(asked, 'service_refused', { retryPath: here })
    return failureAnswer(asked, failure, here)
  }
  const { url, attempt } = started.value
  const { setCookie } = await core.attempts.create(
    {
      owner: session.owner,
      service: service.name,
      requestId: asked.asked?.id,
      clientId: asked.asked?.clientId,
      attempt,
    },
    request.cookieHeader,
  )
  return redirect(url, [setCookie])
}
