import type { Client, default as Provider } from 'oidc-provider'
import { isLoopbackHostname } from '../../oauth/index.ts'
import { hashClientMetadata } from '../clients/index.ts'
import type { Settings } from '../options/index.ts'
import { findResource, OPENID_SCOPES } from '../provider/resource-indicators.ts'

/** One `oidc-provider` interaction. */
export type Interaction = Awaited<ReturnType<Provider['interactionDetails']>>

/** What a client asks for. */
export interface AccessRequest {
  readonly clientId: string
  readonly clientName: string | undefined
  /** The host that has published the client's metadata document; `undefined` without one. */
  readonly verifiedDomain: string | undefined
  readonly redirectUri: string
  /** The identifier as it is configured, which tokens will carry. */
  readonly resource: string
  /** The identifier as the client wrote it. */
  readonly requestedResource: string
  /** Scopes of the resource. */
  readonly scopes: readonly string[]
  /** A digest of what each of the scopes means, by its name. */
  readonly meanings: Readonly<Record<string, string>>
  readonly openidScopes: readonly string[]
  /** Values of `prompt` (OpenID Connect §3.1.2.1). */
  readonly prompts: ReadonlySet<string>
  readonly loginHint: string | undefined
  /** Identifies what the client says about itself; it changes with its metadata. */
  readonly documentHash: string
}

/** Reads the request of an interaction; `undefined` where its client is not known any more. */
export async function readAccessRequest(
  provider: Provider,
  { resources, scopeMeanings }: Settings,
  { params }: Interaction,
): Promise<AccessRequest | undefined> {
  const clientId = text(params['client_id'])
  const client = await provider.Client.find(clientId)
  if (client === undefined) return undefined
  const requestedResource = text(params['resource'])
  const resource = findResource(resources, requestedResource)
  const names = text(params['scope']).split(' ')
  const scopes = names.filter((name) => resource?.scopes.includes(name))
  return {
    clientId,
    clientName: client.clientName,
    verifiedDomain: isDocument(client) ? new URL(clientId).hostname : undefined,
    redirectUri: text(params['redirect_uri']),
    resource: resource?.identifier ?? requestedResource,
    requestedResource,
    scopes,
    meanings: Object.fromEntries(scopes.map((name) => [name, scopeMeanings.digestOf(name)])),
    openidScopes: names.filter((name) => OPENID_SCOPES.includes(name)),
    prompts: new Set(text(params['prompt']).split(' ')),
    loginHint: text(params['login_hint']) || undefined,
    documentHash: hashClientMetadata({ ...client.metadata() }),
  }
}

/** `oidc-provider` marks clients that it has read from their document; its types do not say so. */
function isDocument(client: Client): boolean {
  return 'clientIdMetadataDocument' in client && client.clientIdMetadataDocument === true
}

/**
 * Whether an approval can be remembered: any program on the user's machine can listen on a loopback
 * port or claim a private-use scheme, so that the redirect URI does not say who gets the code
 * (RFC 8252 §8.6).
 */
export function isRememberable({ redirectUri }: Pick<AccessRequest, 'redirectUri'>): boolean {
  const { protocol, hostname } = new URL(redirectUri)
  return protocol === 'https:' && !isLoopbackHostname(hostname)
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : ''
}
