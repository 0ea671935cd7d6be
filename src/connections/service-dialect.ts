import type { TokenAnswerParts, TokenDialect } from '../oauth-client/index.ts'
import { isObject } from '../runtime/index.ts'
import type { DialectFacts } from './service-settings.ts'

/** Puts what `openid-client` sends and reads into the words of a service. */
export function createServiceDialect({
  body: form,
  headers: own,
  errors,
  reconnectErrors,
}: DialectFacts): TokenDialect {
  return {
    request(parameters, headers) {
      if (form === 'form') return { headers: { ...headers, ...own }, body: parameters.toString() }
      const body = JSON.stringify(Object.fromEntries(parameters))
      return { headers: { ...headers, ...own, 'content-type': 'application/json' }, body }
    },
    answer(answer, parameters) {
      const said = errors === 'ok' ? withOkAsStatus(answer) : answer
      const { error } = said.body
      if (typeof error !== 'string') return { ...said, body: asTokenResponse(said.body) }
      const isRefresh = parameters.get('grant_type') === 'refresh_token'
      const isEnded = isRefresh && reconnectErrors.has(error)
      return isEnded ? { status: 400, body: { error: 'invalid_grant' } } : said
    },
  }
}

/** Slack: `ok: false` with a status of 200, and the tokens of the user beside those of a bot. */
function withOkAsStatus({ status, body }: TokenAnswerParts): TokenAnswerParts {
  if (body['ok'] === false) return { status: 400, body: { error: body['error'] } }
  const { authed_user: user } = body
  return { status, body: isObject(user) ? { ...body, ...user } : body }
}

/**
 * What RFC 6749 §5.1 has, of an answer that is nearly that. ID tokens are left out: who it is about
 * is asked at the API, and services sign them for issuers that they do not name.
 */
function asTokenResponse(
  answer: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const { id_token: _idToken, token_type: type, scope, ...rest } = answer
  const body = Object.fromEntries(
    Object.entries(rest).filter(([, value]) => value !== null && value !== ''),
  )
  const isDpop = typeof type === 'string' && type.toLowerCase() === 'dpop'
  return {
    ...body,
    ...('access_token' in body && { token_type: isDpop ? 'dpop' : 'bearer' }),
    ...(Array.isArray(scope) ? { scope: scope.join(' ') } : typeof scope === 'string' && { scope }),
  }
}
