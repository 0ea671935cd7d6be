import { type Check, note, pass } from '../finding.ts'
import { documentOf } from '../walk.ts'

/** Clients of 2025-03-26 know no resource metadata: they ask the origin of the MCP server. */
export const firstEra: Check = {
  id: 'first-era',
  requirement: 'MCP 2025-03-26',
  look({ ownServerMetadata, url }) {
    return documentOf(ownServerMetadata) === undefined
      ? note(`Clients of 2025-03-26 find no authorization server at ${url.origin}.`)
      : pass(`Clients of 2025-03-26 find the authorization server at ${url.origin}.`)
  },
}
