import { accountChoicePage } from './account-choice-page.ts'
import { accountPage } from './account-page.ts'
import { choicePage } from './choice-page.ts'
import { closingPage } from './closing-page.ts'
import { connectPage } from './connect-page.ts'
import { connectedPage } from './connected-page.ts'
import { consentPage } from './consent-page.ts'
import { errorPage } from './error-page.ts'
import type { Frame } from './frame.ts'
import type { PagesOptions } from './options.ts'
import { parseBrand } from './parse-brand.ts'
import { parseTexts } from './parse-texts.ts'
import { removalPage } from './removal-page.ts'
import { secretFormPage } from './secret-form-page.ts'
import { signInPage } from './sign-in-page.ts'
import { buildStyle } from './style.ts'
import type { Pages } from './views.ts'
import { signInNeededPage, wrongUserPage } from './wrong-user-page.ts'

/**
 * Creates the pages that users see, in the operator's name, colour and words. They need no script,
 * load nothing, follow the system's light or dark scheme, and can be used with a keyboard and a
 * screen reader (WCAG 2.2 AA).
 *
 * A page is made from a view alone. It does NOT check the form token, does NOT choose a language by
 * the request, and shows no logo of a client: nothing that a client names is ever loaded.
 *
 * @throws {ConfigError} `ERR_CONFIG_OPTION_TYPE`, `ERR_CONFIG_OPTION_UNKNOWN`
 *
 * @example
 * ```ts
 * const pages = await createPages({ brand: { name: 'Acme Notes', color: '#0b7a4b' } })
 * const { status, headers, html } = pages.done()
 * ```
 */
export async function createPages(options: PagesOptions): Promise<Pages> {
  const brand = parseBrand(options.brand)
  const texts = parseTexts(options.texts ?? {})
  const style = buildStyle(brand.color)
  const frame: Frame = {
    brand: brand.name,
    logo: brand.logo,
    darkLogo: brand.darkLogo,
    style,
    styleHash: await sha256Base64(style),
    texts,
  }
  return {
    consent: (view) => consentPage(frame, view),
    choice: (view) => choicePage(frame, view),
    signIn: (view) => signInPage(frame, view),
    error: (view) => errorPage(frame, view),
    signedOut: () => closingPage(frame, texts.signedOutTitle, texts.signedOutText),
    done: () => closingPage(frame, texts.doneTitle, texts.doneText),
    connect: (view) => connectPage(frame, view),
    secretForm: (view) => secretFormPage(frame, view),
    accountChoice: (view) => accountChoicePage(frame, view),
    connected: (view) => connectedPage(frame, view),
    wrongUser: (view) => wrongUserPage(frame, view),
    signInNeeded: (view) => signInNeededPage(frame, view),
    account: (view) => accountPage(frame, view),
    removal: (view) => removalPage(frame, view),
  }
}

async function sha256Base64(text: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text))
  return btoa(String.fromCharCode(...new Uint8Array(digest)))
}
