import { bearerChallenge } from '../challenge.ts'
import { type Check, fail, pass } from '../finding.ts'
import { isAnswer } from '../seen.ts'

const INVENTED = 'doctor.invalid'

/** Whoever can send a header field would choose where users sign in. */
export const forwarded: Check = {
  id: 'forwarded-host',
  requirement: 'RS-02',
  look({ forwarded: answer, forwardedMetadata }) {
    if (!isAnswer(answer)) return []
    const location = bearerChallenge(answer)?.get('resource_metadata') ?? ''
    const document = isAnswer(forwardedMetadata) ? forwardedMetadata.text : ''
    return location.includes(INVENTED) || document.includes(INVENTED)
      ? fail(
          '`X-Forwarded-Host` decides what the challenge or the metadata says.',
          'Configure the public URL; let no header field of a request change it.',
        )
      : pass('No header field changes the URLs.')
  },
}
