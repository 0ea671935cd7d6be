import { type Check, pass, warn } from '../finding.ts'
import { listOf, ofEachServer } from './each-server.ts'

/** Clients on the machine of a user keep no secret (RFC 8252 §8.4). */
export const publicClients: Check = {
  id: 'public-clients',
  requirement: 'AS-01',
  look: ofEachServer((metadata) => {
    const methods = listOf(metadata, 'token_endpoint_auth_methods_supported')
    if (methods?.includes('none') === true) return pass('Clients without a secret may sign in.')
    return warn(
      methods === undefined
        ? '`token_endpoint_auth_methods_supported` is missing, which means client_secret_basic.'
        : `Clients have to authenticate: ${methods.join(', ')}.`,
      'Publish `none`, too: most MCP clients register without a secret.',
    )
  }),
}
