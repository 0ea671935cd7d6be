import { type Html, html, type PageContent } from './html.ts'
import type { TestUsers } from './test-user.ts'

/** What a client asks for. */
export interface AccessRequest {
  readonly clientId: string
  readonly clientName: string
  readonly redirectUri: string
  readonly resource: string
  readonly scopes: readonly string[]
  /** Who is expected to sign in, as the client says. */
  readonly loginHint: string
}

/** The page where the user signs in. */
export function loginPage(
  request: AccessRequest,
  options: {
    readonly username: string
    readonly failed: boolean
    /** Those whose passwords the page shows. */
    readonly shownUsers: TestUsers
  },
): PageContent {
  const { username, failed, shownUsers } = options
  const shown = Object.entries(shownUsers).map(
    ([name, { password }]) => html`<dt>${name}</dt><dd><code>${password}</code></dd>`,
  )
  return {
    status: failed ? 400 : 200,
    title: 'Sign in',
    formTargets: formTargets(request),
    body: html`<h1>Sign in</h1>
<p><bdi>${request.clientName}</bdi> asks you to sign in.</p>
${failed ? html`<p role="alert">The username or the password is wrong.</p>` : html``}
<form method="post">
<label>Username <input name="username" value="${username}" autocomplete="username" required></label>
<label>Password <input name="password" type="password" autocomplete="current-password" required></label>
<button class="primary" name="action" value="login">Sign in</button>
</form>
${shown.length === 0 ? html`` : html`<p><small>Users and passwords:</small></p><dl>${shown}</dl>`}`,
  }
}

/** A scope on the consent page, and whether this user is able to grant it. */
export interface OfferedScope {
  readonly scope: string
  readonly grantable: boolean
}

/** The page where the user decides what the client gets. */
export function consentPage(
  request: AccessRequest,
  options: { readonly username: string; readonly scopes: readonly OfferedScope[] },
): PageContent {
  const { username, scopes } = options
  return {
    status: 200,
    title: 'Allow access',
    formTargets: formTargets(request),
    body: html`<h1>Allow <bdi>${request.clientName}</bdi> to act for you?</h1>
<dl>
<dt>Signed in as</dt><dd>${username}</dd>
<dt>Access to</dt><dd>${request.resource}</dd>
<dt>Returns to</dt><dd>${redirectHost(request.redirectUri)}</dd>
</dl>
<form method="post">
<fieldset><legend>Scopes</legend>${scopes.map((scope) => scopeBox(scope, username))}</fieldset>
<button class="primary" name="action" value="allow">Allow</button>
<button name="action" value="deny">Deny</button>
<button class="plain" name="action" value="switch">Use another account</button>
</form>`,
  }
}

function scopeBox({ scope, grantable }: OfferedScope, username: string): Html {
  return grantable
    ? html`<label><input type="checkbox" name="scope" value="${scope}" checked> ${scope}</label>`
    : html`<label><input type="checkbox" disabled> <s>${scope}</s> <small>not for ${username}</small></label>`
}

/** The page for a request that cannot go back to the client. */
export function errorPage(
  status: number,
  error: { readonly error: string; readonly error_description?: string | undefined },
): PageContent {
  return {
    status,
    title: 'This request cannot continue',
    body: html`<h1>This request cannot continue</h1>
<p><code>${error.error}</code></p>
<p>${error.error_description ?? ''}</p>
<p>Go back to your client and start again.</p>`,
  }
}

/** The host alone is what tells one web client from another; an app has a scheme of its own. */
function redirectHost(redirectUri: string): string {
  const { protocol, host } = new URL(redirectUri)
  return isWeb(protocol) ? host : protocol
}

function formTargets({ redirectUri }: AccessRequest): readonly string[] {
  const { protocol, origin, hostname } = new URL(redirectUri)
  // CSP has no syntax for the literal of an IPv6 address.
  return [isWeb(protocol) && !hostname.startsWith('[') ? origin : protocol]
}

function isWeb(protocol: string): boolean {
  return protocol === 'http:' || protocol === 'https:'
}
