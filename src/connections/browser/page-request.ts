/** What the pages read of a request, whichever server received it. */
export interface PageRequest {
  readonly method: string
  /** As received, before any normalisation, without the query. */
  readonly path: string
  readonly query: URLSearchParams
  readonly cookieHeader: string | undefined
  readonly origin: string | undefined
  readonly fetchSite: string | undefined
  /** Reads the form, once; `undefined` for none, or one that is too large. */
  readForm(): Promise<URLSearchParams | undefined>
}

/** What is answered. */
export interface PageAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  /** Lines of `Set-Cookie`. */
  readonly cookies: readonly string[]
  readonly body: string
}

/** All fields together: several credentials, certificates among them. */
export const MAX_FORM_BYTES: number = 64 * 1024
