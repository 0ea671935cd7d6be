import { type Check, note, pass } from '../finding.ts'
import { isAnswer } from '../seen.ts'
import { ofSignIn } from './of-sign-in.ts'

/** `--sign-in`: whether it speaks the revision without sessions. */
export const modernEra: Check = {
  id: 'modern-era',
  requirement: 'MCP 2026-07-28',
  look: ofSignIn(({ discover }) =>
    isAnswer(discover) && discover.status === 200
      ? pass('It speaks 2026-07-28.')
      : note('It does not speak 2026-07-28: clients fall back to older revisions.'),
  ),
}
