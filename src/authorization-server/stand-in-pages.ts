import type { Page } from './http/send.ts'

// A stand-in until src/pages is merged: the same interface, plain HTML.
export interface ConsentView {
  readonly action: string
  readonly csrfToken: string
  readonly clientId: string
  readonly clientName: string | undefined
  readonly redirectUri: string
  readonly resource: string
  readonly scopes: readonly { readonly name: string; readonly text: string }[]
  readonly upstreamScopes: readonly string[]
  readonly signedInAs: string | undefined
  readonly canRemember: boolean
}
export interface SignInView {
  readonly action: string
  readonly csrfToken: string
  readonly username: string
  readonly hasFailed: boolean
}
export interface ErrorView {
  readonly status: number
  readonly cause: string
  readonly remedy: string
  readonly correlationId: string
  readonly retryPath?: string | undefined
}
export interface Pages {
  consent(view: ConsentView): Page
  signIn(view: SignInView): Page
  error(view: ErrorView): Page
}
const esc = (t: string): string => t.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`)
const page = (status: number, html: string): Page => ({
  status,
  html: `<!doctype html><html lang="en"><title>Sign in</title><main>${html}</main></html>`,
  headers: {
    'Content-Type': 'text/html; charset=utf-8',
    'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
    'X-Frame-Options': 'DENY',
  },
})
export function createPages(): Pages {
  return {
    consent: (v) =>
      page(
        200,
        `<h1>Allow ${esc(v.clientName ?? v.clientId)}?</h1><p>${esc(v.redirectUri)} ${esc(v.resource)}</p>
<ul>${v.scopes.map(({ text }) => `<li>${esc(text)}</li>`).join('')}</ul><p>${esc(v.signedInAs ?? '')}</p>
<form method="post" action="${esc(v.action)}"><input type="hidden" name="csrf_token" value="${v.csrfToken}">
${v.canRemember ? '<label><input type="checkbox" name="remember" value="yes"> Remember</label>' : ''}
<button name="decision" value="allow">Allow</button><button name="decision" value="deny">Deny</button></form>`,
      ),
    signIn: (v) =>
      page(
        v.hasFailed ? 400 : 200,
        `<h1>Sign in</h1><form method="post" action="${esc(v.action)}"><input type="hidden" name="csrf_token" value="${v.csrfToken}">
<input name="username" value="${esc(v.username)}"><input name="password" type="password"><button>Sign in</button></form>`,
      ),
    error: (v) =>
      page(v.status, `<h1>${esc(v.cause)}</h1><p>${esc(v.remedy)}</p><p>${v.correlationId}</p>`),
  }
}
