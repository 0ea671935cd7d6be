import { type Check, fail, pass } from '../finding.ts'
import { listOf, ofEachServer } from './each-server.ts'

/** Clients have to refuse a server that does not publish it. */
export const pkce: Check = {
  id: 'pkce',
  requirement: 'AS-03',
  look: ofEachServer((metadata) => {
    const methods = listOf(metadata, 'code_challenge_methods_supported')
    if (methods === undefined) {
      return fail(
        '`code_challenge_methods_supported` is missing: clients refuse it.',
        'Publish `["S256"]`, also in OpenID Connect metadata, or put a server in front that does.',
      )
    }
    return methods.includes('S256')
      ? pass('PKCE with S256')
      : fail(`PKCE is ${methods.join(', ') || 'empty'}, without S256.`, 'Support S256.')
  }),
}
