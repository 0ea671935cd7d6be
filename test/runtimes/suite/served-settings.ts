/** What a served gatehouse is told by the process that starts it. */
export interface ServedSettings {
  readonly resource: string
  readonly issuers: readonly string[]
}

/** The field of a request that tells the server how much time has passed. */
export const MINUTES_PASSED = 'test-minutes-passed'
