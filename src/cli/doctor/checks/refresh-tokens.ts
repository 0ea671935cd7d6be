import { type Check, pass, warn } from '../finding.ts'
import { listOf, ofEachServer } from './each-server.ts'

/** Without them users sign in again whenever a token expires. */
export const refreshTokens: Check = {
  id: 'refresh-tokens',
  requirement: 'AS-24',
  look: ofEachServer((metadata) =>
    listOf(metadata, 'grant_types_supported')?.includes('refresh_token') === true
      ? pass('Refresh tokens')
      : warn(
          'No `refresh_token` in `grant_types_supported`: users sign in whenever a token expires.',
          'Allow the grant, and publish it.',
        ),
  ),
}
