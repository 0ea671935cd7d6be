import { type Check, note, pass, warn } from '../finding.ts'
import { ofEachServer } from './each-server.ts'

/** How a client that nobody knows becomes one. */
export const registration: Check = {
  id: 'registration',
  requirement: 'AS-04, AS-22',
  look: ofEachServer((metadata) => {
    const hasDocuments = metadata['client_id_metadata_document_supported'] === true
    const hasEndpoint = typeof metadata['registration_endpoint'] === 'string'
    if (hasDocuments && hasEndpoint) return pass('Metadata documents and registration')
    if (hasDocuments) return note('Metadata documents only: older clients need an id by hand.')
    if (hasEndpoint) return note('Registration only, which MCP 2026-07-28 has deprecated.')
    return warn(
      'Neither client ID metadata documents nor registration: every client needs an id by hand.',
      'Switch one of them on, or put an authorization server in front that has them.',
    )
  }),
}
