import { createClientSource, createTokenExchange } from '../oauth-client/index.ts'
import type { Emit } from '../observability/index.ts'
import type { Clock } from '../runtime/index.ts'
import type { ExchangeServiceSettings } from './parse-exchange-service.ts'
import type { ExchangeService } from './service.ts'
import { findSubjectToken, type SubjectTokenSource } from './subject-token.ts'

/** Creates a service whose tokens are exchanged. Nothing is fetched before it is needed. */
export function createExchangeService(
  settings: ExchangeServiceSettings,
  identity: SubjectTokenSource,
  surroundings: { readonly clock: Clock; readonly emit: Emit },
): ExchangeService {
  const { name, title, client, style, target, apiOrigins, apiHeaders } = settings
  const exchange = createTokenExchange(createClientSource(client, surroundings), style)
  return {
    kind: 'exchange',
    name,
    title,
    clientId: client.clientId,
    fetch: client.fetch,
    apiOrigins,
    apiHeaders,
    subjectToken: (principal) => findSubjectToken(principal, settings, identity),
    exchange: (subjectToken) => exchange({ ...target, subjectToken }),
  }
}
