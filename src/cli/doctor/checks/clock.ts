import { type Check, fail, note, pass, warn } from '../finding.ts'
import { isAnswer } from '../seen.ts'

const LEEWAY_SECONDS = 30
const BROKEN_SECONDS = 300

/** Tokens expire by the clock of the server. */
export const clock: Check = {
  id: 'clock',
  requirement: 'RS-07',
  look({ initialize }) {
    if (!isAnswer(initialize)) return []
    const date = Date.parse(initialize.headers.get('date') ?? '')
    if (Number.isNaN(date)) return note('The answer has no `Date`.')
    const skew = Math.round(date / 1_000 - initialize.at)
    const size = Math.abs(skew)
    const seen = `Its clock is ${size} s ${skew < 0 ? 'behind' : 'ahead of'} the one of this machine.`
    const change = 'Set the clocks by NTP: tokens are refused before their time, or live too long.'
    if (size > BROKEN_SECONDS) return fail(seen, change)
    return size > LEEWAY_SECONDS ? warn(seen, change) : pass('The clocks agree.')
  },
}
