import type { IncomingMessage, ServerResponse } from 'node:http'
import type { default as Provider } from 'oidc-provider'
import { readForm } from '../../http/index.ts'
import { html, sendPage } from '../html.ts'
import type { EmulatedUser } from './emulated-provider.ts'

/** The sign-in page of an emulated provider, and its consent page where `prompt=consent` asks. */
export async function handleSignIn(
  provider: Provider,
  users: Readonly<Record<string, EmulatedUser>>,
  req: IncomingMessage,
  res: ServerResponse,
): Promise<void> {
  const { prompt, session, grantId } = await provider.interactionDetails(req, res)
  const form = (req.method === 'POST' ? await readForm(req) : undefined) ?? new URLSearchParams()
  if (form.has('deny')) {
    await provider.interactionFinished(req, res, { error: 'access_denied' })
  } else if (prompt.name === 'login') {
    const user = Object.entries(users).find(([name]) => name === form.get('username'))?.[1]
    if (user !== undefined && user.password === form.get('password')) {
      await provider.interactionFinished(req, res, { login: { accountId: user.sub } })
    } else sendSignIn(res)
  } else if (form.has('allow') && session !== undefined) {
    await provider.interactionFinished(req, res, {
      consent: { ...(grantId !== undefined && { grantId }) },
    })
  } else sendConsent(res)
}

function sendSignIn(res: ServerResponse): void {
  sendPage(res, {
    status: 200,
    title: 'Sign in',
    formTargets: ['http:', 'https:'],
    body: html`<h1>Sign in at the provider</h1><form method="post">
<label>Username <input name="username"></label>
<label>Password <input name="password" type="password"></label>
<button name="allow" value="1">Sign in</button><button name="deny" value="1">Cancel</button></form>`,
  })
}

function sendConsent(res: ServerResponse): void {
  sendPage(res, {
    status: 200,
    title: 'Consent',
    formTargets: ['http:', 'https:'],
    body: html`<h1>Allow access?</h1><form method="post">
<button name="allow" value="1">Allow</button><button name="deny" value="1">Deny</button></form>`,
  })
}
