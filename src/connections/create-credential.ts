import { DeniedError } from '../errors/index.ts'
import type { TokenKeeper } from '../oauth-client/index.ts'
import { type ApiFacts, createApiRequest, sendApiRequest } from './api-fetch.ts'
import type { OAuthConnection, SecretConnection } from './connection-record.ts'
import type { Credential } from './credential.ts'
import { createSecretFields } from './secret-fields.ts'
import type { ExchangeService, OAuthService, SecretService } from './service.ts'

/** What the credential of an OAuth connection is made of. */
export interface OAuthCredentialParts {
  readonly key: string
  readonly service: OAuthService
  readonly keeper: TokenKeeper<OAuthConnection>
  /** Says that the service has ended the connection: it throws `ConnectionRequired`. */
  readonly end: (accessToken: string) => Promise<never>
}

/** The credential of a user who has authorized this server; it holds no token itself. */
export function createOAuthCredential(
  { account, scopes }: OAuthConnection,
  { key, service, keeper, end }: OAuthCredentialParts,
): Credential {
  const current = async (refused?: string): Promise<string> =>
    (await keeper.current(key, refused)).accessToken
  async function renew(refused: string): Promise<string | undefined> {
    const { accessToken, refreshToken } = await keeper.current(key)
    if (accessToken !== refused) return accessToken
    // Some APIs say 401 for what is not the token's fault.
    const isAccepted = await service.isAccepted(refused)
    if (isAccepted === true) return undefined
    if (refreshToken !== undefined) return current(refused)
    return isAccepted === undefined ? undefined : end(refused)
  }
  return {
    service: service.name,
    account,
    permissions: scopes,
    fields: createSecretFields({}),
    accessToken: () => current(),
    renew: async (refused = '') => (await renew(refused)) !== undefined,
    async fetch(input, init = {}) {
      const request = createApiRequest(input, init, service)
      const accessToken = await current()
      const response = await sendApiRequest(request, bearer(accessToken), service)
      if (response.status !== 401) return response
      const renewed = await renew(accessToken)
      if (renewed === undefined || !request.isRepeatable) return response
      await response.body?.cancel().catch(() => undefined)
      return sendApiRequest(request, bearer(renewed), service)
    },
  }
}

function bearer(token: string): Readonly<Record<string, string>> {
  return { authorization: `Bearer ${token}` }
}

/** The credential of a user whose token was exchanged; it holds none itself. */
export function createExchangeCredential(
  service: ExchangeService,
  permissions: readonly string[],
  current: (refused?: string) => Promise<string>,
): Credential {
  return {
    service: service.name,
    account: { id: '', name: '' },
    permissions,
    fields: createSecretFields({}),
    accessToken: () => current(),
    async renew(refused = '') {
      return (await current(refused)) !== refused
    },
    async fetch(input, init = {}) {
      const request = createApiRequest(input, init, service)
      const accessToken = await current()
      const response = await sendApiRequest(request, bearer(accessToken), service)
      if (response.status !== 401 || !request.isRepeatable) return response
      const renewed = await current(accessToken)
      await response.body?.cancel().catch(() => undefined)
      return sendApiRequest(request, bearer(renewed), service)
    },
  }
}

/**
 * The credential of a user who has typed it in.
 *
 * @param end Says that the service takes it no more: it throws `ConnectionRequired`.
 */
export function createSecretCredential(
  { account, fields }: SecretConnection,
  service: SecretService,
  end: () => Promise<never>,
): Credential {
  const facts: ApiFacts = { ...service, apiHeaders: {} }
  return {
    service: service.name,
    account,
    permissions: [],
    fields: createSecretFields(fields),
    async accessToken() {
      throw new DeniedError('ERR_DENIED_CREDENTIAL_KIND', service.title)
    },
    async renew() {
      return (await service.isAccepted(fields)) === false ? end() : false
    },
    async fetch(input, init = {}) {
      const request = createApiRequest(input, init, facts)
      const response = await sendApiRequest(request, service.authorize(fields), facts)
      if (response.status !== 401 || (await service.isAccepted(fields)) !== false) return response
      await response.body?.cancel().catch(() => undefined)
      return end()
    },
  }
}
