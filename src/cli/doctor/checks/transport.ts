import { isLoopbackHostname } from '../../../oauth/index.ts'
import { type Check, fail, note, pass } from '../finding.ts'

/** Tokens over http can be read on the way (RFC 6750 §5.3). */
export const transport: Check = {
  id: 'transport',
  requirement: 'AS-17',
  look({ url }) {
    if (url.protocol === 'https:') return pass('https')
    if (isLoopbackHostname(url.hostname)) return note('http, on this machine only')
    return fail('http', 'Serve it by https: tokens can be read and changed on the way.')
  },
}
