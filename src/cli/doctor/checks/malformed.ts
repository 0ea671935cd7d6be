import { type Check, fail, note, pass } from '../finding.ts'
import { isAnswer } from '../seen.ts'

/** The token comes first: what has none is not parsed. */
export const malformed: Check = {
  id: 'malformed-body',
  requirement: 'RS-07',
  look({ initialize, malformed: answer }) {
    if (!isAnswer(answer) || !isAnswer(initialize) || initialize.status === 200) return []
    const { status } = answer
    if (status === 401) return pass('A body that is no JSON is 401 without a token.')
    return status >= 500
      ? fail(`A body that is no JSON is ${status}.`, 'Check the token before the body is parsed.')
      : note(`A body that is no JSON is ${status}: it is parsed before the token is checked.`)
  },
}
