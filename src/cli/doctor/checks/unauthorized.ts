import { type Check, fail, type Outcome, pass } from '../finding.ts'
import type { Observations } from '../observations.ts'
import { describeSeen, isAnswer, isRedirect, type Seen } from '../seen.ts'

const CHANGE =
  'Put the gate in front of every method and every message: 401 before the body is looked at.'

/** What no token gets is 401, in every revision, or clients never sign in. */
export const unauthorized: Check = {
  id: 'unauthorized',
  requirement: 'RS-10, RS-12',
  look(seen) {
    const { initialize, list } = seen
    if (!isAnswer(initialize) || isRedirect(initialize)) return []
    const wrong = requests(seen).flatMap(([what, one]) => outcomeOf(what, one))
    if (list !== undefined && isAnswer(list) && list.status === 200) {
      return fail('Everybody is let in: `initialize` and `tools/list` need no token.', CHANGE)
    }
    return wrong.length > 0 ? wrong : pass('Without a token everything is 401.')
  },
}

function requests(seen: Observations): readonly (readonly [what: string, Seen])[] {
  return [
    ['initialize', seen.initialize],
    ['server/discover of 2026-07-28', seen.discover],
    ['GET, as streams are opened,', seen.listen],
    ['a batch of 2025-03-26', seen.batch],
  ]
}

function outcomeOf(what: string, seen: Seen): readonly Outcome[] {
  if (!isAnswer(seen)) return fail(describeSeen(seen), 'Have it answer 401.')
  // A server without streams says so to everybody (MCP, "Listening for Messages").
  const isFine = seen.status === 401 || (seen.status === 405 && what.startsWith('GET'))
  return isFine ? [] : fail(`Without a token ${what} is ${seen.status}.`, CHANGE)
}
