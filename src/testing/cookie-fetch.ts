import type { CookieJar } from 'tough-cookie'
import { isLoopbackHostname } from '../oauth/index.ts'
import { importPeer } from '../runtime/index.ts'

/** Sends a form, or asks for a page where there is none; redirects are left to the caller. */
export type Navigate = (url: URL, form?: URLSearchParams) => Promise<Response>

/**
 * Requests pages as one browser would, with the cookies it was given.
 *
 * @throws Error for a host that is not this machine.
 */
export function createNavigate(fetch: typeof globalThis.fetch): Navigate {
  let jar: CookieJar | undefined
  return async (url, form) => {
    if (!isLoopbackHostname(url.hostname)) {
      throw new Error(`scripted browser: ${url.origin} is not on this machine, so it stays closed`)
    }
    jar ??= new (await importPeer('tough-cookie', () => import('tough-cookie'))).CookieJar()
    const cookie = await jar.getCookieString(url.href)
    const response = await fetch(url, {
      redirect: 'manual',
      headers: {
        accept: 'text/html',
        ...(cookie !== '' && { cookie }),
        ...(form !== undefined && { origin: url.origin }),
      },
      ...(form !== undefined && { method: 'POST', body: form }),
    })
    for (const line of response.headers.getSetCookie()) await jar.setCookie(line, url.href)
    return response
  }
}
