import type { ConnectionTexts } from './connection-texts.ts'

/** Cause and remedy of an error, in full sentences. */
export interface ErrorTexts {
  readonly cause: string
  readonly remedy: string
}

/**
 * Every text of the pages. All are plain text. Names in braces stand for what is put there; a text
 * can leave them out and repeat them, and can have no others than the English one has.
 */
export interface PageTexts extends ConnectionTexts {
  /** The language of all texts (BCP 47), such as `de` or `pt-BR`. */
  readonly lang: string
  readonly direction: 'ltr' | 'rtl'

  /** Asks for access to `{brand}`. */
  readonly consentTitle: string
  readonly verifiedDomain: string
  /** `{name}`: what the client calls itself. */
  readonly verifiedName: string
  readonly unverified: string
  readonly unverifiedName: string
  readonly nameless: string
  /** For redirects to a program of the user's own machine. */
  readonly loopbackWarning: string
  /** The same, where the client has a verified `{domain}`. */
  readonly verifiedLoopbackWarning: string
  /** For redirects to a private-use `{scheme}`, such as `cursor:`. */
  readonly appWarning: string
  readonly redirectLabel: string
  readonly thisDevice: string
  readonly anApp: string
  readonly resourceLabel: string
  readonly userLabel: string
  readonly clientIdLabel: string
  readonly scopesTitle: string
  readonly noScopes: string
  /** `{brand}` asks `{upstream}`. */
  readonly upstreamTitle: string
  /** Stands for `{upstream}` where its host is not known. */
  readonly someUpstream: string
  /** Scopes of identity providers in words; others are shown as they are. */
  readonly upstreamScopes: Readonly<Record<string, string>>
  /** Where there is an `{upstream}`, and the user has not signed in. */
  readonly nextStep: string
  /** Where the identity provider is chosen after this page, and the user has not signed in. */
  readonly nextChoice: string
  readonly remember: string
  readonly deny: string
  readonly allow: string

  readonly choiceTitle: string
  readonly email: string
  readonly goOn: string
  /** For an address whose domain is not configured. */
  readonly choiceFailed: string
  /** Stands above what can be chosen, beside the address. */
  readonly otherChoices: string

  readonly signInTitle: string
  readonly signInHint: string
  readonly username: string
  readonly password: string
  readonly signIn: string
  readonly signInFailed: string

  readonly errorTitle: string
  readonly remedyTitle: string
  readonly tryAgain: string
  /** `{id}`: the correlation id. */
  readonly reference: string
  /** Texts of errors by their code, instead of the English ones. */
  readonly errors: Readonly<Record<string, ErrorTexts>>

  readonly signedOutTitle: string
  readonly signedOutText: string
  readonly doneTitle: string
  readonly doneText: string
}
