import { type Check, pass, warn } from '../finding.ts'
import { isAnswer } from '../seen.ts'

/** A page of anybody, also by DNS rebinding. */
export const origin: Check = {
  id: 'origin',
  requirement: 'RS-19',
  look({ fromForeignOrigin }) {
    if (!isAnswer(fromForeignOrigin)) return []
    const { status } = fromForeignOrigin
    return status === 403
      ? pass('A page of a foreign origin is 403.')
      : warn(
          `A page of a foreign origin is ${status}, as everybody else.`,
          'Answer 403 where `Origin` is there and not among those you allow.',
        )
  },
}
