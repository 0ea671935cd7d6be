import { type Check, fail, pass } from '../finding.ts'
import { describeSeen, isAnswer } from '../seen.ts'
import { ofSignIn } from './of-sign-in.ts'

/** `--sign-in`: the token is good for what it was asked for. */
export const calls: Check = {
  id: 'call',
  requirement: 'RS-08',
  look: ofSignIn(({ call, list }) => {
    if (!isAnswer(call) || call.status !== 200) {
      return fail(
        `With the token: ${describeSeen(call)}`,
        'Compare issuer, audience and scopes of the token with those that the server accepts: `mcp-gatehouse token inspect --config`.',
      )
    }
    return isAnswer(list) && list.status === 200
      ? pass('With the token `initialize` and `tools/list` are answered.')
      : fail(`\`tools/list\` with the token: ${describeSeen(list)}`, 'See what the server logs.')
  }),
}
