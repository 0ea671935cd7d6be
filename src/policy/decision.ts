/** What a policy says about one operation. */
export type Decision =
  | { readonly kind: 'allow' }
  /** The principal lacks scopes; `scopes` are all that the operation needs, not only the missing. */
  | { readonly kind: 'scope'; readonly scopes: readonly string[] }
  /** The sign-in is not strong or not recent enough (RFC 9470). */
  | {
      readonly kind: 'authentication'
      readonly acrValues: readonly string[]
      readonly maxAgeSeconds: number | undefined
    }
  /** The caller is not to learn that this exists: it is answered like an unknown name. */
  | { readonly kind: 'hidden' }
  /** Refused, and nothing that the client could ask for would change it. */
  | { readonly kind: 'forbidden' }
  /** A function of the policy failed; nobody gets in by that. */
  | { readonly kind: 'failed'; readonly error: Error }
