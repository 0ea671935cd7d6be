import { type Check, fail, pass, skip } from '../finding.ts'
import { describeSeen, isAnswer } from '../seen.ts'
import { documentOf } from '../walk.ts'
import { ofEachServer } from './each-server.ts'

/** What JWTs are verified with. */
export const signingKeys: Check = {
  id: 'keys',
  requirement: 'RS-07',
  look: ofEachServer((_metadata, { keys }) => {
    if (keys === undefined) return []
    if (!isAnswer(keys) && keys.isUnnamed) return skip(describeSeen(keys))
    const found = documentOf(keys)?.['keys']
    return Array.isArray(found) && found.length > 0
      ? pass(`Keys: ${found.length}`)
      : fail(describeSeen(keys), 'Serve the key set at `jwks_uri`, with a key in it.')
  }),
}
