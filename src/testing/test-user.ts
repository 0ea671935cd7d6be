/** Somebody who can sign in at the embedded authorization server; the key of the record is `sub`. */
export interface TestUser {
  readonly password: string
  /**
   * The scopes that this user may grant to a client.
   * @defaultValue every scope of the resource
   */
  readonly scopes?: readonly string[] | undefined
  /** Further claims of this user's access tokens, such as `roles`. */
  readonly claims?: Readonly<Record<string, unknown>> | undefined
}

/** Users by `sub`, which is also the name they sign in with. */
export type TestUsers = Readonly<Record<string, TestUser>>

/** The users of a server that is given none. */
export const DEMO_USERS: TestUsers = {
  alice: { password: 'wonderland' },
  bob: { password: 'builder' },
}
