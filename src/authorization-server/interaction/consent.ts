import { sendPage } from '../../browser/index.ts'
import { readForm } from '../../http/index.ts'
import { isRememberable } from './access-request.ts'
import { displayName } from './display-name.ts'
import { sendErrorPage } from './error-page.ts'
import type { Exchange } from './exchange.ts'
import { findSessionAccount, finishAllowed, finishDenied } from './finish.ts'

/** Prompts that a session does not answer: the user has to sign in. */
const SIGN_IN_PROMPTS = ['login', 'select_account']

/**
 * Shows the consent page, before anybody is asked to sign in. It is skipped only where our own
 * session names a user who has allowed the same, and asked to be remembered.
 */
export async function showConsent(exchange: Exchange): Promise<void> {
  const { parts, request, interaction } = exchange
  const account = await sessionAccount(exchange)
  const canSkip = isRememberable(request) && !request.prompts.has('consent')
  if (account !== undefined && canSkip && (await parts.approvals.isRemembered(account, request))) {
    await finishAllowed(exchange, { accountId: account, isFresh: false }, true)
    return
  }
  if (parts.settings.consent.page === 'always') {
    await renderConsent(exchange, account)
    return
  }
  const { attempt } = await parts.steps.read(interaction.uid)
  const { documentHash } = request
  await parts.steps.approve(interaction.uid, attempt, { documentHash, remember: false })
  await goOn(exchange, false)
}

/** Takes the answer of the consent page. */
export async function answerConsent(exchange: Exchange): Promise<void> {
  const { parts, req, interaction, request } = exchange
  const form = await readForm(req)
  const token = await parts.forms.open(form?.get('csrf_token') ?? '', interaction.uid)
  const decision = form?.get('decision')
  if (form === undefined || token === undefined) {
    sendErrorPage(exchange, 'form_forged')
  } else if (token.documentHash !== request.documentHash) {
    // The user has seen another description of the client than the one that would be allowed.
    await renderConsent(exchange, await sessionAccount(exchange))
  } else if (decision === 'deny') {
    await finishDenied(exchange)
  } else if (decision === 'allow') {
    const remember =
      form.get('remember') !== null && parts.settings.consent.remember && isRememberable(request)
    const approval = { documentHash: request.documentHash, remember }
    const isFirst = await parts.steps.approve(interaction.uid, token.attempt, approval)
    if (isFirst) await goOn(exchange, remember)
    else sendErrorPage(exchange, 'already_answered')
  } else {
    await renderConsent(exchange, await sessionAccount(exchange))
  }
}

/** The request is allowed: the user signs in, unless they have. */
async function goOn(exchange: Exchange, remember: boolean): Promise<void> {
  const account = await sessionAccount(exchange)
  if (account === undefined) await exchange.parts.signIn.start(exchange)
  else await finishAllowed(exchange, { accountId: account, isFresh: false }, remember)
}

/** The user of our session, where the request takes one who has signed in before. */
async function sessionAccount(exchange: Exchange): Promise<string | undefined> {
  const { parts, request, interaction } = exchange
  const isFreshNeeded =
    interaction.prompt.name === 'login' || SIGN_IN_PROMPTS.some((name) => request.prompts.has(name))
  const account = isFreshNeeded ? undefined : await findSessionAccount(exchange)
  const { onlyUsersOf } = parts.signIn.destination(request)
  if (account === undefined || onlyUsersOf === undefined) return account
  const user = await parts.users.find(account)
  return user?.upstream === onlyUsersOf ? account : undefined
}

async function renderConsent(exchange: Exchange, account: string | undefined): Promise<void> {
  const { parts, request, res, interaction, basePath } = exchange
  const { settings, pages, steps, forms } = parts
  const { host, isChosenLater, scopes } = parts.signIn.destination(request)
  const { uid } = interaction
  const { attempt } = await steps.read(uid)
  const { documentHash } = request
  const user = account === undefined ? undefined : await parts.users.find(account)
  const page = pages.consent({
    action: `${basePath}/consent`,
    csrfToken: await forms.issue({ uid, attempt, documentHash }),
    clientId: request.clientId,
    clientName: request.clientName,
    verifiedDomain: request.verifiedDomain,
    redirectUri: request.redirectUri,
    resource: request.resource,
    scopes: request.scopes.map((name) => ({ name, text: settings.scopeMeanings.textOf(name) })),
    upstreamHost: host,
    choosesUpstream: isChosenLater,
    upstreamScopes: scopes,
    signedInAs: user && displayName(user),
    canRemember: settings.consent.remember && isRememberable(request),
  })
  sendPage(res, page)
}
