import {
  checkRedirectUri,
  describeRedirectUriFault,
  inferApplicationType,
} from '../../oauth/index.ts'
import type {
  ClientMetadata,
  FieldsVerdict,
  MetadataRules,
  RawMetadata,
} from './client-metadata.ts'
import { faultOf } from './client-metadata.ts'
import { isListOfStrings } from './raw-values.ts'

const MAX_REDIRECT_URIS = 50

/**
 * Reads `redirect_uris` and `application_type`, which is inferred where it is absent.
 *
 * @param areNeeded Whether the client gets codes.
 * @see RFC 7591 §2, OpenID Connect Registration §2
 */
export function parseRedirects(
  raw: RawMetadata,
  rules: MetadataRules,
  areNeeded: boolean,
): FieldsVerdict<Pick<ClientMetadata, 'application_type' | 'redirect_uris'>> {
  const uris = raw.get('redirect_uris') ?? []
  if (!isListOfStrings(uris, MAX_REDIRECT_URIS)) {
    return faultOf('redirect_uris', `is not a list of at most ${MAX_REDIRECT_URIS} strings`)
  }
  if (areNeeded && uris.length === 0) return faultOf('redirect_uris', 'is empty')
  const type = raw.get('application_type') ?? inferApplicationType(uris)
  if (type !== 'native' && type !== 'web') {
    return faultOf('application_type', 'is neither native nor web')
  }
  for (const uri of uris) {
    const problem = problemOf(uri, type, rules)
    if (problem !== undefined) return faultOf('redirect_uris', problem)
  }
  return { ok: true, fields: { application_type: type, redirect_uris: [...new Set(uris)] } }
}

function problemOf(
  uri: string,
  type: ClientMetadata['application_type'],
  rules: MetadataRules,
): string | undefined {
  const verdict = checkRedirectUri(uri, rules.privateUseSchemes)
  if (verdict.kind === 'refused') return `has one that ${describeRedirectUriFault(verdict.fault)}`
  if (rules.redirects === 'loopback' && verdict.kind !== 'loopback') {
    return 'has one that is not on a loopback address, which this server is only open for'
  }
  if (type === 'web' && verdict.kind !== 'https') {
    return 'has one that a client of application_type web cannot have; use native'
  }
  return undefined
}
