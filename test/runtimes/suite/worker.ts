import { runSuite } from './run-suite.ts'
import type { Expectations } from './suite-case.ts'

/** What `workerd test` runs. */
export default {
  test: (_controller: unknown, env: { readonly EXPECTATIONS: Expectations }): Promise<void> =>
    runSuite(env.EXPECTATIONS),
}
