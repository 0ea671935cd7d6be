import { type Check, fail, note, pass } from '../finding.ts'
import { ofSignIn } from './of-sign-in.ts'

/** `--sign-in`: whom the token is for. */
export const tokenAudience: Check = {
  id: 'token-audience',
  requirement: 'AS-21, RS-08',
  look: ofSignIn(({ token }, { resourceMetadata, url }) => {
    const audience = token?.audience
    if (audience === undefined) return note('The token is opaque: its audience cannot be seen.')
    const named = resourceMetadata?.['resource']
    const resource = typeof named === 'string' ? named : url.href
    if (audience.includes(resource)) return pass(`aud is ${audience.join(', ')}`)
    return audience.length === 0
      ? fail('The token has no `aud`.', 'Have tokens issued for the `resource` asked for.')
      : note(`aud is ${audience.join(', ')}, and the resource ${resource}.`)
  }),
}
