import { type Check, fail, pass } from '../finding.ts'
import { isAnswer } from '../seen.ts'

/** Query strings are logged. */
export const queryToken: Check = {
  id: 'query-token',
  requirement: 'RS-11',
  look({ initialize, withQueryToken }) {
    if (!isAnswer(withQueryToken) || !isAnswer(initialize) || initialize.status === 200) return []
    const { status } = withQueryToken
    return status === 401 || status === 400
      ? pass(`A token in the query is ${status}.`)
      : fail(
          `A token in the query is ${status}.`,
          'Take tokens from the Authorization header field only.',
        )
  },
}
