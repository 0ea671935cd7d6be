import { hash } from 'node:crypto'
import { sendPage } from '../../browser/index.ts'
import { readForm } from '../../http/index.ts'
import { FORM_SECONDS } from '../records/answered-forms.ts'
import type { Visit } from '../visit.ts'
import { redirectToClient, sendBadRequest, sendObstacle } from './answers.ts'
import type { AuthorizationRequest } from './authorization-request.ts'
import { readAuthorizationRequest } from './authorization-request.ts'
import { createFormCookie } from './form-cookie.ts'
import { startSignIn } from './start-sign-in.ts'

/**
 * Shows the consent page, always: who the user is, is only known at the upstream, so that nobody's
 * answer can be remembered. Nothing is stored for it.
 */
export async function showConsent(visit: Visit): Promise<void> {
  const request = await readOrRefuse(visit)
  if (request !== undefined) await renderConsent(visit, request)
}

/** Takes the answer of the page, which has the request in its URL once more. */
export async function answerConsent(visit: Visit): Promise<void> {
  const request = await readOrRefuse(visit)
  if (request === undefined) return
  const form = await readForm(visit.req)
  const csrfToken = form?.get('csrf_token') ?? ''
  const opened = await openForm(visit, csrfToken)
  const decision = form?.get('decision')
  if (opened === undefined) sendObstacle(visit, 'form_forged')
  else if (opened.documentHash !== describe(visit, request)) await renderConsent(visit, request)
  else if (decision === 'deny') refuseClient(visit, request)
  else if (decision !== 'allow') await renderConsent(visit, request)
  else if (await visit.parts.answerOnce(csrfToken)) await startSignIn(visit, request)
  else sendObstacle(visit, 'already_answered')
}

/** Reads the request of the query; what is wrong with it has been answered where there is none. */
async function readOrRefuse(visit: Visit): Promise<AuthorizationRequest | undefined> {
  const verdict = await readAuthorizationRequest(visit.parts, visit.query)
  if (verdict.kind === 'request') return verdict.request
  if (verdict.kind === 'page') sendBadRequest(visit, verdict.cause)
  else redirectToClient(visit, verdict.target, [['error', verdict.error]])
  return undefined
}

/** What a form was rendered for, if it was in this browser and not long ago. */
async function openForm(
  { parts, req }: Visit,
  csrfToken: string,
): Promise<{ readonly documentHash: string } | undefined> {
  const { forms, settings } = parts
  for (const secret of createFormCookie(settings).read(req.headers.cookie)) {
    const opened = await forms.open(csrfToken, secret)
    // A page is called after the second that it was shown in.
    const age = opened && settings.clock.now() - opened.attempt
    if (opened !== undefined && age !== undefined && age <= FORM_SECONDS) return opened
  }
  return undefined
}

async function renderConsent(visit: Visit, request: AuthorizationRequest): Promise<void> {
  const { parts, req, res, query } = visit
  const { settings, forms, pages } = parts
  const { client, redirectUri, scopes } = request
  const { secret, setCookie } = createFormCookie(settings).take(req.headers.cookie)
  const subject = {
    uid: secret,
    attempt: Math.floor(settings.clock.now()),
    documentHash: describe(visit, request),
  }
  const page = pages.consent({
    action: `${settings.mountPath}/authorize/consent?${query}`,
    csrfToken: await forms.issue(subject),
    clientId: client.clientId,
    clientName: client.clientName,
    verifiedDomain: undefined,
    redirectUri,
    resource: settings.resource,
    scopes: scopes.map((name) => ({ name, text: settings.scopes.get(name) ?? name })),
    upstreamHost: new URL(settings.upstream.issuer).host,
    upstreamScopes: settings.upstream.scopes,
    signedInAs: undefined,
    canRemember: false,
  })
  for (const line of setCookie) res.appendHeader('Set-Cookie', line)
  sendPage(res, page)
}

/** Hash of all that the user was shown and all that they allow. */
function describe({ query, parts }: Visit, { client, scopes }: AuthorizationRequest): string {
  const { upstream, resource } = parts.settings
  const shown = [query, client.clientName, scopes, resource, upstream.issuer, upstream.scopes]
  return hash('sha256', JSON.stringify(shown), 'base64url')
}

function refuseClient(visit: Visit, request: AuthorizationRequest): void {
  const { parts, correlationId } = visit
  const { emit, clock, issuer, resource } = parts.settings
  const { clientId } = request.client
  const { scopes } = request
  const facts = { correlationId, at: clock.now(), issuer, clientId, resource, scopes }
  emit({ type: 'consent.deny', ...facts })
  redirectToClient(visit, request, [['error', 'access_denied']])
}
