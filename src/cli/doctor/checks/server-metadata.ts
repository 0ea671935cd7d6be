import { type Check, fail, type Outcome, pass, skip } from '../finding.ts'
import type { AuthorizationServerSeen } from '../observations.ts'
import { describeSeen, isAnswer } from '../seen.ts'

/** RFC 8414 §3.3: the issuer of the document is the one that it was looked up with. */
export const serverMetadata: Check = {
  id: 'server-metadata',
  requirement: 'AS-02',
  look: ({ authorizationServers }) => authorizationServers.flatMap(outcomeOf),
}

function outcomeOf({ issuer, locations, metadata }: AuthorizationServerSeen): readonly Outcome[] {
  const last = locations.at(-1)
  if (metadata === undefined) {
    if (last !== undefined && !isAnswer(last) && last.isUnnamed) {
      const { hostname } = new URL(issuer)
      return skip(`${describeSeen(last)}. To have it asked: --hosts ${hostname}`)
    }
    return fail(
      `${issuer} has no metadata. ${locations.map(describeSeen).join('; ')}`,
      'Correct `authorization_servers`, or publish the metadata of RFC 8414 there.',
    )
  }
  if (metadata['issuer'] !== issuer) {
    return fail(
      `The issuer is ${String(metadata['issuer'])}, and was looked up as ${issuer}: clients refuse it.`,
      'Write the issuer into `authorization_servers` exactly as its metadata does.',
    )
  }
  const missing = ['authorization_endpoint', 'token_endpoint'].filter(
    (name) => typeof metadata[name] !== 'string',
  )
  return missing.length > 0
    ? fail(`${issuer} has no ${missing.join(' and no ')}.`, 'Publish it in the metadata.')
    : pass(issuer)
}
