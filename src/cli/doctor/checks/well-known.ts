import { isDocument } from '../../../oauth/index.ts'
import { type Check, pass, warn } from '../finding.ts'
import { describeSeen, isAnswer, type Seen } from '../seen.ts'

/** Where clients look in vain they expect 404: some stop at a page, and most at 5xx. */
export const wellKnown: Check = {
  id: 'well-known',
  requirement: 'RS-03, AS-02',
  look({ insertedMetadata, rootMetadata, ownServerMetadata, authorizationServers }) {
    const locations = authorizationServers.flatMap(({ locations: asked }) => asked)
    const all = [insertedMetadata, rootMetadata, ownServerMetadata, ...locations]
    const wrong = new Set(all.filter(isMisleading).map(describeSeen))
    return wrong.size === 0
      ? pass('Well-known locations have a document or 404.')
      : warn([...wrong].join('; '), 'Have these locations answer 404, or with the document.')
  },
}

function isMisleading(seen: Seen): boolean {
  if (!isAnswer(seen)) return false
  return seen.status >= 500 || (seen.status === 200 && !isDocument(seen.json))
}
