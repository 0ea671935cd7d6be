import { UpstreamError } from '../errors/index.ts'
import {
  checkServerMetadata,
  type MetadataFinding,
  type MetadataFindingCode,
  type ServerMetadata,
} from '../oauth/index.ts'
import type { Capability, ProviderProfile } from '../providers/index.ts'
import { plainText, printable } from './plain-text.ts'
import { failureCode, type ProviderProbe } from './provider-probe.ts'

/**
 * How much a finding weighs: `error`, nobody can sign in there; `missing`, MCP clients cannot use
 * the server directly, and ours can; `depends`, on what the metadata does not say; `hint`, some
 * have trouble.
 */
export type FindingLevel = 'works' | 'hint' | 'depends' | 'missing' | 'error'

export interface ProviderFinding {
  readonly level: FindingLevel
  /** What it is about, such as `pkce`. */
  readonly topic: string
  readonly message: string
  /** What to do about it; there unless it works. */
  readonly fix?: string
}

export const OUR_SERVER =
  'Put the authorization server of this package in front: docs/authorization-server.md.'
const ERRORS_PAGE = 'docs/errors.md'

/** The fix of each finding of `checkServerMetadata`, and how much it weighs. */
const METADATA: Readonly<
  Partial<Record<MetadataFindingCode, readonly [FindingLevel, string, string]>>
> = {
  endpoints: ['error', 'sign-in', 'Check that the issuer is that of an authorization server.'],
  response_types: ['error', 'sign-in', 'Allow the authorization code flow there.'],
  grant_types: ['error', 'sign-in', 'Allow the authorization code flow there.'],
  refresh_token: [
    'hint',
    'refresh tokens',
    'Allow the grant `refresh_token` there; our server in front gives out refresh tokens of its own.',
  ],
  pkce: ['missing', 'pkce', OUR_SERVER],
  s256: ['missing', 'pkce', OUR_SERVER],
  iss_parameter: [
    'hint',
    'iss',
    'Clients that want it need our server in front, which sends it: docs/authorization-server.md.',
  ],
}

/** Everything that can be said about an authorization server, in the order of a sign-in. */
export function findingsOf(
  probe: ProviderProbe,
  profile: ProviderProfile | undefined,
): readonly ProviderFinding[] {
  const { metadata } = probe
  if (metadata instanceof UpstreamError) return [metadataFailure(probe, metadata, profile)]
  return [
    ...locationFindings(probe),
    ...metadataFindings(metadata),
    ...registrationFindings(metadata, profile),
    resourceFinding(profile),
    ...tokenFindings(probe, metadata, profile),
    corsFinding(probe),
  ]
}

function metadataFailure(
  { locations }: ProviderProbe,
  error: UpstreamError,
  profile: ProviderProfile | undefined,
): ProviderFinding {
  const { code, message, retryable } = error
  const topic = 'metadata'
  if (profile?.discovery === 'none' && !retryable) {
    const isUsual = `${profile.title} has none. Its endpoints are part of \`${profile.id}(…)\`.`
    return { level: 'missing', topic, message: isUsual, fix: OUR_SERVER }
  }
  const isNowhere = code === 'ERR_UPSTREAM_METADATA_NOT_FOUND'
  const said = isNowhere ? describeAnswers(locations) : because(message, failureCode(error))
  const page = `${ERRORS_PAGE} has ${code}.`
  return {
    level: 'error',
    topic,
    message: printable(said),
    fix: retryable
      ? `Check the address, the name and the network; ${page}`
      : `Correct the issuer; ${page} A server without metadata: docs/providers/oauth.md.`,
  }
}

function describeAnswers(locations: ProviderProbe['locations']): string {
  const answers = locations.map(({ url, status, contentType = 'no content type' }) =>
    status === undefined ? `${url}: no answer` : `${url}: ${status} ${contentType}`,
  )
  return `There is no metadata at any well-known location (RFC 8414 §3). ${answers.join('; ')}.`
}

function because(message: string, failure: string | undefined): string {
  return failure === undefined ? message : `${message} (${failure})`
}

/** A client that reads the first answer as JSON stops there. */
function locationFindings({ locations }: ProviderProbe): readonly ProviderFinding[] {
  return locations
    .slice(0, -1)
    .filter(({ status }) => status === 200)
    .map(({ url, contentType }) => ({
      level: 'hint',
      topic: 'metadata',
      message: `${url} answers 200 with ${printable(contentType ?? 'no content type')}, and is not the metadata: some clients stop there.`,
      fix: 'Have that location answer 404, or with the metadata.',
    }))
}

function metadataFindings(metadata: ServerMetadata): readonly ProviderFinding[] {
  const { errors, warnings, successes } = checkServerMetadata(metadata, metadata)
  const bad = [...errors, ...warnings].flatMap(({ code, message }) => {
    const [level, topic, fix] = METADATA[code] ?? []
    return level === undefined || topic === undefined || fix === undefined
      ? []
      : [{ level, topic, message: printable(message), fix }]
  })
  return [...successes.flatMap(success), ...bad]
}

function success({ code, message }: MetadataFinding): readonly ProviderFinding[] {
  const topic = METADATA[code]?.[1]
  return topic === undefined ? [] : [{ level: 'works', topic, message }]
}

/** Two ways in; one of them is enough. */
function registrationFindings(
  metadata: ServerMetadata,
  profile: ProviderProfile | undefined,
): readonly ProviderFinding[] {
  const hasDocuments = metadata['client_id_metadata_document_supported'] === true
  const hasEndpoint = typeof metadata['registration_endpoint'] === 'string'
  return [
    documentsFinding(hasDocuments, hasEndpoint, profile),
    hasEndpoint
      ? endpointFinding(hasDocuments, profile)
      : {
          level: hasDocuments ? 'hint' : 'missing',
          topic: 'registration',
          message: `No registration endpoint (RFC 7591)${known(profile?.registration)}.`,
          fix: registrationFix(profile),
        },
  ]
}

function documentsFinding(
  hasDocuments: boolean,
  hasEndpoint: boolean,
  profile: ProviderProfile | undefined,
): ProviderFinding {
  const topic = 'client documents'
  if (hasDocuments) {
    return { level: 'works', topic, message: 'Client ID metadata documents are accepted.' }
  }
  const level = hasEndpoint ? 'hint' : 'missing'
  const message = `No client ID metadata documents${known(profile?.clientIdDocuments)}.`
  return { level, topic, message, fix: registrationFix(profile) }
}

/** Some publish the endpoint and let nobody use it. */
function endpointFinding(
  hasDocuments: boolean,
  profile: ProviderProfile | undefined,
): ProviderFinding {
  const topic = 'registration'
  if (profile === undefined || profile.registration.supported === 'yes') {
    return { level: 'works', topic, message: 'Clients can register (RFC 7591).' }
  }
  return {
    level: hasDocuments ? 'hint' : 'depends',
    topic,
    message: `There is a registration endpoint; the metadata does not say who may use it${known(profile.registration)}.`,
    fix: registrationFix(profile),
  }
}

function registrationFix(profile: ProviderProfile | undefined): string {
  return canSwitchOn(profile)
    ? `Let clients register there (${pageOf(profile)}), or put our authorization server in front.`
    : OUR_SERVER
}

/** Whether clients could register after a change of settings. */
export function canSwitchOn(profile: ProviderProfile | undefined): boolean {
  return [profile?.registration, profile?.clientIdDocuments].some(
    (capability) => capability?.supported === 'option',
  )
}

/** No field of the metadata says so; only the provider's documentation does. */
function resourceFinding(profile: ProviderProfile | undefined): ProviderFinding {
  const topic = 'resource'
  const { supported } = profile?.resourceIndicators ?? { supported: 'unconfirmed' }
  const fact = known(profile?.resourceIndicators)
  if (supported === 'yes') {
    return { level: 'works', topic, message: `Tokens are for the resource asked for${fact}.` }
  }
  return supported === 'no'
    ? {
        level: 'missing',
        topic,
        message: `Resource indicators (RFC 8707) do not work${fact}.`,
        fix: OUR_SERVER,
      }
    : {
        level: 'depends',
        topic,
        message: `Whether tokens are for the resource asked for (RFC 8707) the metadata does not say${fact}.`,
        fix: `Get a token and read its \`aud\` with \`mcp-gatehouse token inspect\`; ${pageOf(profile)} says what to set.`,
      }
}

function tokenFindings(
  { keys }: ProviderProbe,
  metadata: ServerMetadata,
  profile: ProviderProfile | undefined,
): readonly ProviderFinding[] {
  return [keysFinding(keys, metadata), kindFinding(profile)]
}

function keysFinding(keys: ProviderProbe['keys'], metadata: ServerMetadata): ProviderFinding {
  const topic = 'keys'
  if (keys instanceof UpstreamError) {
    const fix = `${ERRORS_PAGE} has ${keys.code}.`
    return { level: 'error', topic, message: printable(keys.message), fix }
  }
  if (keys === undefined) {
    const canAsk = typeof metadata['introspection_endpoint'] === 'string'
    return {
      level: canAsk ? 'depends' : 'error',
      topic,
      message: 'The metadata has no `jwks_uri`: JWTs cannot be verified.',
      fix: canAsk
        ? 'Ask the server about each token: `introspectionVerifier`, docs/tokens.md.'
        : 'Publish the keys, or an introspection endpoint (docs/tokens.md).',
    }
  }
  if (keys > 0) {
    return { level: 'works', topic, message: `The key set can be read; keys in it: ${keys}.` }
  }
  const fix = 'Make a signing key there: nothing that is signed can be verified now.'
  return { level: 'error', topic, message: 'The key set has no keys.', fix }
}

function kindFinding(profile: ProviderProfile | undefined): ProviderFinding {
  const topic = 'tokens'
  if (profile === undefined || profile.tokens === 'jwt or opaque') {
    return {
      level: 'depends',
      topic,
      message: 'Access tokens may be JWTs or opaque; the metadata does not say.',
      fix: 'Get one and look: `mcp-gatehouse token inspect`. Opaque ones: docs/tokens.md.',
    }
  }
  const audience = plainText(profile.audience.text)
  return profile.tokens === 'jwt'
    ? { level: 'works', topic, message: `Access tokens are JWTs. Their \`aud\`: ${audience}.` }
    : {
        level: 'missing',
        topic,
        message: `The audience of access tokens: ${audience}.`,
        fix: OUR_SERVER,
      }
}

function corsFinding({ locations }: ProviderProbe): ProviderFinding {
  const topic = 'web clients'
  return locations.at(-1)?.allowsPages === true
    ? { level: 'works', topic, message: 'Web pages may read the metadata (CORS).' }
    : {
        level: 'hint',
        topic,
        message: 'Web pages may not read the metadata (CORS): clients that run in a browser fail.',
        fix: 'Allow their origins there, or put our authorization server in front: docs/authorization-server.md.',
      }
}

/** What the profile knows about it, to be appended. */
function known(capability: Capability | undefined): string {
  return capability === undefined ? '' : ` (${plainText(capability.text)})`
}

export function pageOf(profile: ProviderProfile | undefined): string {
  return `docs/providers/${profile?.id ?? 'oidc'}.md`
}
