import { type Check, pass, warn } from '../finding.ts'
import { ofEachServer } from './each-server.ts'

/** RFC 9207, which MCP expects to require. */
export const issuerParameter: Check = {
  id: 'iss',
  requirement: 'AS-18',
  look: ofEachServer((metadata) =>
    metadata['authorization_response_iss_parameter_supported'] === true
      ? pass('Authorization responses carry `iss`.')
      : warn(
          'Authorization responses carry no `iss` (RFC 9207): mix-up attacks stay undetected.',
          'Send it, and publish `authorization_response_iss_parameter_supported`.',
        ),
  ),
}
