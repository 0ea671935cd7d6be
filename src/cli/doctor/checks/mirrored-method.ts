import { isDocument } from '../../../oauth/index.ts'
import { type Check, fail, pass, skip, warn } from '../finding.ts'
import { describeSeen, isAnswer } from '../seen.ts'
import { ofSignIn } from './of-sign-in.ts'

const HEADER_MISMATCH = -32020

/** `--sign-in`: `Mcp-Method` says what the body does not. */
export const mirroredMethod: Check = {
  id: 'header-mismatch',
  requirement: 'RS-20',
  look: ofSignIn(({ mismatch }) => {
    if (mismatch === undefined) return skip('It does not speak 2026-07-28.')
    if (!isAnswer(mismatch) || mismatch.status !== 400) {
      return fail(
        `\`Mcp-Method\` and body disagree: ${describeSeen(mismatch)}`,
        'Compare the mirrors with the body, and answer 400 with code -32020.',
      )
    }
    const error = isDocument(mismatch.json) ? mismatch.json['error'] : undefined
    return isDocument(error) && error['code'] === HEADER_MISMATCH
      ? pass('Where `Mcp-Method` and body disagree it is 400, -32020.')
      : warn('Where `Mcp-Method` and body disagree it is 400.', 'Answer with code -32020.')
  }),
}
