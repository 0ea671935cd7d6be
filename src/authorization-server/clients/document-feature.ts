import type { IncomingMessage } from 'node:http'
import type { Configuration, errors, KoaContextWithOIDC } from 'oidc-provider'
import { RETRY_AFTER_SECONDS } from '../../browser/index.ts'
import { StorageError } from '../../errors/index.ts'
import type { GuardedFetch } from '../../outbound/index.ts'
import { PAGE_ROUTES } from '../http/routes.ts'
import type { ClientDocuments, DocumentOutcome } from './client-documents.ts'

type Feature = NonNullable<NonNullable<Configuration['features']>['clientIdMetadataDocument']>

/**
 * What a client is told whose document could not be used, whatever the reason: the reason would say
 * what is behind the names and ports that it makes this server ask. Pages and answers have it as
 * `error_description` of `invalid_client`.
 */
export const CLIENT_DOCUMENT_ERROR =
  'the metadata document of this client, at the address in client_id, could not be used: it has to be public, valid, and served over https without a redirect'

/** What {@link createDocumentFeature} works with. */
export interface DocumentFeatureSettings {
  readonly documents: ClientDocuments
  readonly addressOf: (req: IncomingMessage) => string | undefined
  readonly errors: Pick<typeof errors, 'CustomOIDCProviderError'>
}

/**
 * The feature of `oidc-provider` over our documents: what it asks before a fetch does all the work,
 * what it then fetches is answered from memory (see {@link createProviderFetch}), and its own cache
 * keeps nothing.
 */
export function createDocumentFeature(settings: DocumentFeatureSettings): Feature {
  // On an error `oidc-provider` looks for the client once more.
  const outcomes = new WeakMap<IncomingMessage, DocumentOutcome>()
  return {
    enabled: true,
    ack: 'draft-02',
    cacheDuration: { min: 0, max: 0 },
    async allowFetch(ctx: KoaContextWithOIDC | undefined, clientId) {
      const { documents, addressOf } = settings
      // A look-up outside of a request of its own comes after `readDocument`.
      if (ctx === undefined) return documents.current(clientId) !== undefined
      const outcome =
        outcomes.get(ctx.req) ??
        (await documents.load(clientId, addressOf(ctx.req)).catch((error: unknown) => {
          throw outageError(settings, ctx, error)
        }))
      if (outcome.kind === 'document') return true
      outcomes.set(ctx.req, outcome)
      throw refusalError(settings, ctx, outcome)
    },
  }
}

function refusalError(
  { errors: { CustomOIDCProviderError } }: DocumentFeatureSettings,
  ctx: KoaContextWithOIDC,
  outcome: Exclude<DocumentOutcome, { kind: 'document' }>,
): Error {
  if (outcome.kind === 'wait') {
    const text = 'too many metadata documents of clients are being read; try again later'
    ctx.set('Retry-After', String(outcome.seconds))
    const error = new CustomOIDCProviderError('temporarily_unavailable', text)
    return Object.assign(error, { status: 429, statusCode: 429 })
  }
  const status = PAGE_ROUTES.has(ctx.oidc.route) ? 400 : 401
  const error = new CustomOIDCProviderError('invalid_client', CLIENT_DOCUMENT_ERROR)
  return Object.assign(error, { status, statusCode: status })
}

/** 503, and the client keeps what it has. */
function outageError(
  { errors: { CustomOIDCProviderError } }: DocumentFeatureSettings,
  ctx: KoaContextWithOIDC,
  cause: unknown,
): unknown {
  if (!(cause instanceof StorageError)) return cause
  ctx.set('Retry-After', String(RETRY_AFTER_SECONDS))
  const text = 'something that this needs cannot be reached; try again later'
  const error = new CustomOIDCProviderError('temporarily_unavailable', text, { cause })
  return Object.assign(error, { status: 503, statusCode: 503 })
}

const MAX_KEY_SET_BYTES = 64 * 1024

/**
 * The `fetch` of `oidc-provider`, whose URLs all come from clients: documents from memory, checked;
 * `jwks_uri` through the guard; those of the configuration as they are.
 *
 * @param trustedUrls URLs of the configuration.
 */
export function createProviderFetch(
  documents: ClientDocuments | undefined,
  guarded: GuardedFetch,
  trustedUrls: ReadonlySet<string>,
): NonNullable<Configuration['fetch']> {
  return async (input, init) => {
    const url = input instanceof Request ? input.url : String(input)
    // Only documents are asked for like that. What is not in memory was not checked.
    if (init?.redirect === 'manual') {
      const metadata = documents?.current(url)
      if (metadata === undefined) throw new Error('The document was not loaded.')
      return Response.json({ client_id: url, ...metadata })
    }
    if (trustedUrls.has(url)) return fetch(url, { ...init, redirect: 'error' })
    const answer = await guarded(url, { maxBytes: MAX_KEY_SET_BYTES })
    if (answer.kind === 'refused') throw new Error(`The URL was not fetched (${answer.reason}).`)
    return new Response(answer.body, { status: answer.status, headers: answer.headers })
  }
}
