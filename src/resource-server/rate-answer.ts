import { jsonAnswer } from '../http/index.ts'
import type { Exceeded } from '../limits/index.ts'
import type { Messages } from '../mcp/index.ts'
import { laterBody } from './message-answers.ts'

const TOO_MANY_REQUESTS = 'There were too many requests. Try again later.'
const DATA = { error: 'temporarily_unavailable', error_description: TOO_MANY_REQUESTS }

/** A limit that is reached. */
export interface RateRefusal {
  readonly kind: 'rate'
  readonly exceeded: Exceeded
}

/** No challenge: the credentials are not what is wrong (RFC 6585 §4). */
export function rateAnswer({
  exceeded,
  messages,
}: RateRefusal & { readonly messages?: Messages | undefined }): Response {
  return jsonAnswer(429, laterBody(messages, TOO_MANY_REQUESTS, DATA), exceeded.headers)
}
