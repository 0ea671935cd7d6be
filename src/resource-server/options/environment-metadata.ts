import { type AdditionalMetadata, isDocument } from '../../oauth/index.ts'
import { configError, requireList, requireScopes } from '../../options/index.ts'
import { parseAdditionalMetadata } from './parse-metadata.ts'

/** What a metadata document (RFC 9728 §2) says that options say here. */
export interface EnvironmentMetadata {
  readonly resource: string | undefined
  readonly authorizationServers: readonly string[]
  readonly scopesSupported: readonly string[] | undefined
  readonly metadata: AdditionalMetadata
}

/** The variable that holds the whole document. */
export const METADATA_VARIABLE = 'PROTECTED_RESOURCE_METADATA'

/**
 * Takes the document of `PROTECTED_RESOURCE_METADATA` apart. Its value is in no message.
 *
 * @throws {ConfigError} `ERR_CONFIG_ENVIRONMENT` where it is no JSON object, and whatever its fields
 *   are refused by
 */
export function parseEnvironmentMetadata(text: string | undefined): EnvironmentMetadata {
  const { resource, authorization_servers, scopes_supported, ...fields } = parseObject(text)
  if (resource !== undefined && typeof resource !== 'string') {
    throw configError('ERR_CONFIG_RESOURCE_INVALID', fieldOf('resource'))
  }
  const servers = authorization_servers as readonly string[] | undefined
  const scopes = scopes_supported as readonly string[] | undefined
  return {
    resource,
    authorizationServers: requireList(servers, fieldOf('authorization_servers')),
    scopesSupported:
      scopes === undefined ? undefined : requireScopes(scopes, fieldOf('scopes_supported')),
    metadata: parseAdditionalMetadata(fields, METADATA_VARIABLE),
  }
}

/** A field of the document, as messages name it. */
export function fieldOf(name: string): string {
  return `${METADATA_VARIABLE}.${name}`
}

function parseObject(text: string | undefined): Readonly<Record<string, unknown>> {
  if (text === undefined) return {}
  try {
    const document: unknown = JSON.parse(text)
    if (isDocument(document)) return document
  } catch {
    // The same refusal as for JSON of another kind; the parser's message would quote the value.
  }
  throw configError('ERR_CONFIG_ENVIRONMENT', `${METADATA_VARIABLE} (not a JSON object)`)
}
