import { type Check, fail, pass } from '../finding.ts'
import { describeSeen, isAnswer } from '../seen.ts'
import { ofSignIn } from './of-sign-in.ts'

/** `--sign-in`: two messages at once are answered or refused, and break nothing. */
export const batches: Check = {
  id: 'batch',
  requirement: 'RS-10',
  look: ofSignIn(({ batch }) =>
    isAnswer(batch) && batch.status < 500
      ? pass(`A batch is ${batch.status}.`)
      : fail(`A batch: ${describeSeen(batch)}`, 'Answer batches, or refuse them with 400.'),
  ),
}
