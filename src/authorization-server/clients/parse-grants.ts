import type {
  ClientMetadata,
  FieldsVerdict,
  MetadataRules,
  RawMetadata,
} from './client-metadata.ts'
import { faultOf } from './client-metadata.ts'
import { isPrivileged } from './grant-types.ts'
import { isListOfStrings } from './raw-values.ts'

const USER_GRANT_TYPES = ['authorization_code', 'refresh_token']
const MAX_ENTRIES = 20

/**
 * Reads `grant_types` and `response_types`, which have to agree (RFC 7591 §2.1).
 *
 * Grant types that this server does not have are dropped, as §2 allows, and `refresh_token` is
 * added: some clients refresh only if the answer lists it.
 */
export function parseGrants(
  raw: RawMetadata,
  rules: MetadataRules,
): FieldsVerdict<Pick<ClientMetadata, 'grant_types' | 'response_types'>> {
  const asked = raw.get('grant_types') ?? USER_GRANT_TYPES
  if (!isListOfStrings(asked, MAX_ENTRIES))
    return faultOf('grant_types', 'is not a list of strings')
  const denied = asked.some((type) => isPrivileged(type) && !rules.privilegedGrantTypes.has(type))
  if (denied && rules.unprivileged === 'refuse') {
    const fault = faultOf('grant_types', 'has one that needs a privilege')
    return { ...fault, privilege: true }
  }
  const privileged = asked.filter((type) => rules.privilegedGrantTypes.has(type))
  const hasUsers = asked.includes('authorization_code')
  const responses =
    raw.get('response_types') ?? (hasUsers || privileged.length === 0 ? ['code'] : [])
  if (!isListOfStrings(responses, MAX_ENTRIES)) {
    return faultOf('response_types', 'is not a list of strings')
  }
  if (responses.some((type) => type !== 'code')) {
    return faultOf('response_types', 'has another one than code')
  }
  if (hasUsers !== responses.includes('code')) {
    return faultOf('grant_types', 'and response_types do not agree (RFC 7591 §2.1)')
  }
  if (!hasUsers && privileged.length === 0)
    return faultOf('grant_types', 'has none that exists here')
  const grantTypes = [...(hasUsers ? USER_GRANT_TYPES : []), ...privileged]
  return {
    ok: true,
    fields: { grant_types: [...new Set(grantTypes)], response_types: hasUsers ? ['code'] : [] },
  }
}
