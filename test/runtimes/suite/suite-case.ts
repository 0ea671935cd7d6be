/** What a runtime is expected to have; told to the suite, so that a missing feature is noticed. */
export interface Expectations {
  readonly hasAsyncContext: boolean
}

/** One fact that must hold on every runtime. */
export interface SuiteCase {
  readonly title: string
  readonly run: (expectations: Expectations) => Promise<void>
}

/** How a case ended; `failure` is `null` where the fact holds. */
export interface CaseResult {
  readonly title: string
  readonly failure: string | null
}

/** Runs one case to its result. */
export async function resultOf(title: string, run: () => Promise<void>): Promise<CaseResult> {
  try {
    await run()
    return { title, failure: null }
  } catch (error) {
    return { title, failure: String(error) }
  }
}
