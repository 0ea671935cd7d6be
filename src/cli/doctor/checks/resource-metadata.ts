import { type Check, fail, pass, warn } from '../finding.ts'
import { describeSeen, isAnswer, mediaTypeOf } from '../seen.ts'
import { documentOf } from '../walk.ts'

const CHANGE =
  'Serve a JSON document of RFC 9728 at /.well-known/oauth-protected-resource<path>, to everybody.'

/** The document that says which authorization servers there are. */
export const resourceMetadata: Check = {
  id: 'resource-metadata',
  requirement: 'RS-02, RS-03',
  look({ challengedMetadata, insertedMetadata, rootMetadata, resourceMetadata: found }) {
    if (challengedMetadata !== undefined && documentOf(challengedMetadata) === undefined) {
      return fail(`The challenge leads to ${describeSeen(challengedMetadata)}.`, CHANGE)
    }
    if (found === undefined) {
      return fail(`${describeSeen(insertedMetadata)}; ${describeSeen(rootMetadata)}.`, CHANGE)
    }
    const servers = found['authorization_servers']
    if (!Array.isArray(servers) || servers.length === 0) {
      return fail('`authorization_servers` is missing or empty.', 'Name at least one issuer there.')
    }
    const places = [challengedMetadata, insertedMetadata, rootMetadata]
    const holder = places.find((one) => documentOf(one) !== undefined)
    const type = isAnswer(holder) ? mediaTypeOf(holder) : ''
    if (type !== 'application/json') {
      return warn(
        `The metadata is sent as ${type || 'nothing'}.`,
        'Send `Content-Type: application/json` (RFC 9728 §3.2).',
      )
    }
    return documentOf(insertedMetadata) === undefined && documentOf(rootMetadata) === undefined
      ? warn(
          'No well-known location has the metadata, only the URL of the challenge.',
          'Serve it at the path-inserted location, too: some clients look there first.',
        )
      : pass(`Authorization servers: ${servers.join(', ')}`)
  },
}
