import type { IncomingMessage, ServerResponse } from 'node:http'
import type { default as Provider } from 'oidc-provider'
import { readForm } from '../http/index.ts'
import { sendPage } from './html.ts'
import {
  type AccessRequest,
  consentPage,
  errorPage,
  loginPage,
  type OfferedScope,
} from './interaction-pages.ts'
import { ROUTES } from './provider-configuration.ts'
import { findResourceScopes, findUser, type ServerSettings } from './server-settings.ts'

type Interaction = Awaited<ReturnType<Provider['interactionDetails']>>

interface Exchange {
  readonly provider: Provider
  readonly settings: ServerSettings
  readonly req: IncomingMessage
  readonly res: ServerResponse
  readonly interaction: Interaction
  readonly request: AccessRequest
}

/** Serves the login page and the consent page, and what the user answers there. */
export async function handleInteraction(
  provider: Provider,
  settings: ServerSettings,
  req: IncomingMessage,
  res: ServerResponse,
): Promise<void> {
  const interaction = await provider.interactionDetails(req, res).catch(() => undefined)
  if (interaction === undefined || !req.url?.endsWith(`/${interaction.uid}`)) {
    sendPage(res, errorPage(400, { error: 'This sign-in has expired or was finished.' }))
    return
  }
  const exchange: Exchange = {
    provider,
    settings,
    req,
    res,
    interaction,
    request: await describeRequest(provider, interaction),
  }
  if (req.method === 'GET') {
    showPrompt(exchange)
  } else if (req.method === 'POST') {
    const form = await readForm(req)
    if (form === undefined)
      sendPage(res, errorPage(400, { error: 'No page of this server sends such a form.' }))
    else await handleForm(exchange, form)
  } else {
    res.writeHead(405, { Allow: 'GET, POST' }).end()
  }
}

async function describeRequest(
  provider: Provider,
  { params }: Interaction,
): Promise<AccessRequest> {
  const text = (name: string): string => {
    const value = params[name]
    return typeof value === 'string' ? value : ''
  }
  const clientId = text('client_id')
  const client = await provider.Client.find(clientId)
  return {
    clientId,
    clientName: client?.clientName ?? clientId,
    redirectUri: text('redirect_uri'),
    resource: text('resource'),
    scopes: text('scope').split(' '),
    loginHint: text('login_hint'),
  }
}

function showPrompt(exchange: Exchange, failedUsername?: string): void {
  const { res, interaction, request } = exchange
  const { users, showPasswords } = exchange.settings
  const accountId = interaction.session?.accountId
  if (interaction.prompt.name === 'login' || accountId === undefined) {
    const username = failedUsername ?? request.loginHint
    const failed = failedUsername !== undefined
    const shownUsers = showPasswords ? users : {}
    sendPage(res, loginPage(request, { username, failed, shownUsers }))
    return
  }
  const scopes = offeredScopes(exchange, accountId)
  sendPage(res, consentPage(request, { username: accountId, scopes }))
}

async function handleForm(exchange: Exchange, form: URLSearchParams): Promise<void> {
  const accountId = exchange.interaction.session?.accountId
  const action = form.get('action')
  if (action === 'login') {
    await finishLogin(exchange, form)
  } else if (action === 'deny') {
    await finish(exchange, {
      error: 'access_denied',
      error_description: 'the user denied the request',
    })
  } else if (action === 'switch') {
    switchAccount(exchange)
  } else if (action === 'allow' && accountId !== undefined) {
    await finishConsent(exchange, accountId, form.getAll('scope'))
  } else {
    showPrompt(exchange)
  }
}

async function finishLogin(exchange: Exchange, form: URLSearchParams): Promise<void> {
  const username = form.get('username') ?? ''
  const user = findUser(exchange.settings.users, username)
  if (user === undefined || user.password !== form.get('password')) {
    showPrompt(exchange, username)
    return
  }
  await finish(exchange, { login: { accountId: username } })
}

async function finishConsent(
  exchange: Exchange,
  accountId: string,
  ticked: readonly string[],
): Promise<void> {
  const { provider, request } = exchange
  const { clientId, scopes } = request
  const grant = new provider.Grant({ accountId, clientId })
  grant.addOIDCScope(scopes.filter((scope) => scope === 'openid' || scope === 'offline_access'))
  for (const { scope, grantable } of offeredScopes(exchange, accountId)) {
    if (grantable && ticked.includes(scope)) grant.addResourceScope(request.resource, scope)
    else grant.rejectResourceScope(request.resource, scope)
  }
  await finish(exchange, { consent: { grantId: await grant.save() } })
}

/** Starts the same request again in a browser that nobody is signed in at. */
function switchAccount({ provider, settings, res, interaction }: Exchange): void {
  const session = provider.cookieName('session')
  const parameters = new URLSearchParams(
    Object.entries(interaction.params).map(([name, value]) => [name, String(value)]),
  )
  res.writeHead(303, {
    'Set-Cookie': [session, `${session}.sig`].map((name) => `${name}=; Path=/; Max-Age=0`),
    Location: `${settings.issuerPath}${ROUTES.authorization}?${parameters}`,
  })
  res.end()
}

function finish(
  { provider, req, res }: Exchange,
  result: Parameters<Provider['interactionFinished']>[2],
): Promise<void> {
  return provider.interactionFinished(req, res, result)
}

/** The scopes of the resource that the client asked for. */
function offeredScopes({ settings, request }: Exchange, username: string): OfferedScope[] {
  const ofResource = findResourceScopes(settings.resources, request.resource) ?? []
  const ofUser = findUser(settings.users, username)?.scopes
  return request.scopes
    .filter((scope) => ofResource.includes(scope))
    .map((scope) => ({ scope, grantable: ofUser?.includes(scope) ?? true }))
}
