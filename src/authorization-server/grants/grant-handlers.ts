import type { TokenEndpointGrantContext } from 'oidc-provider'
import type { Write } from '../../storage/index.ts'
import { readRecord } from '../adapter/record-store.ts'
import type { UnitOfWork } from '../adapter/request-scope.ts'
import { type GrantHandler, type RedemptionOptions, redeem } from './redemption.ts'
import type { RefreshAnswer } from './refresh-answers.ts'

/** Makes a handler atomic that redeems codes, or issues tokens of the client itself. */
export function createAtomicHandler(
  handler: GrantHandler,
  options: RedemptionOptions,
): GrantHandler {
  return (ctx) =>
    redeem(options, {
      replay: 'code.replay',
      begin: async () => ({}),
      async attempt(unit, scope) {
        await handler(ctx)
        return [...unit.writes.values(), ...(await options.issued.writesOf(ctx, scope))]
      },
    })
}

/**
 * Makes the handler of refresh tokens atomic: the predecessor is used up and the successor saved in
 * one batch, or neither is. The direct predecessor gets the same answer for a while, on every
 * replica: the handler then judges it as it did before, so that client, key, grant and user are
 * checked again, and what it would issue is dropped.
 *
 * @see [RFC 9700 §4.14.2](https://www.rfc-editor.org/rfc/rfc9700.html#section-4.14.2)
 */
export function createRefreshHandler(
  handler: GrantHandler,
  options: RedemptionOptions,
): GrantHandler {
  return async (ctx) => {
    const { answers, graceSeconds, names } = options
    const token = ctx.oidc.params['refresh_token']
    // The handler says what is wrong with it.
    if (typeof token !== 'string' || token === '') return handler(ctx)
    const key = await names.keyOf('refresh-token', token)
    const answerKey = graceSeconds > 0 ? await answers.keyOf(token) : undefined
    let answer: RefreshAnswer | undefined

    await redeem(options, {
      replay: 'refresh.reuse',
      async begin() {
        // Before its answer: who rotates it between the two must not make this look like a reuse.
        const seen = await readRecord(options, 'refresh-token', key)
        answer = answerKey === undefined ? undefined : await answers.find(token)
        return { answerKey, replayed: answer && key, seen: new Map(seen && [[key, seen]]) }
      },
      async attempt(unit, scope) {
        await handler(ctx)
        const body = ctx.body as Record<string, unknown>
        const request = describeRequest(ctx)
        const isAnswered = answer?.request === request
        if (answer !== undefined) {
          const { refresh_token: successor } = answer.body
          ctx.body = isAnswered ? answer.body : { ...body, refresh_token: successor }
        }
        if (isAnswered) return []
        const issued = await options.issued.writesOf(ctx, scope)
        if (answer !== undefined) return [...accessTokensOf(unit), ...issued]
        const tags = [...unit.writes.values()].flatMap((write) => tagsOf(write))
        const given = { request, body }
        return [
          ...unit.writes.values(),
          ...issued,
          ...(answerKey === undefined
            ? []
            : [await answers.writeOf(token, given, [...new Set(tags)])]),
          ...earlierAnswerOf(unit, key),
        ]
      },
    })
  }
}

/**
 * What decides about the answer to a refresh, beside the refresh token and its client: who proves
 * another key than before, or none, is not given the token that is bound to it.
 */
function describeRequest({ oidc: { params, entities } }: TokenEndpointGrantContext): string {
  const thumbprint = entities.AccessToken?.jkt
  return JSON.stringify([
    params['scope'] ?? null,
    params['resource'] ?? null,
    ...(thumbprint === undefined ? [] : [thumbprint]),
  ])
}

function accessTokensOf({ writes }: UnitOfWork): readonly Write[] {
  return [...writes.values()].filter(({ key }) => key.startsWith('access-token:'))
}

/** Whoever uses a successor has got it: its predecessor needs no answer any more. */
function earlierAnswerOf({ seen }: UnitOfWork, tokenKey: string): readonly Write[] {
  const key = seen.get(tokenKey)?.content.answerKey
  return key === undefined ? [] : [{ kind: 'delete', key }]
}

function tagsOf(write: Write): readonly string[] {
  return write.kind === 'set' ? (write.tags ?? []) : []
}
