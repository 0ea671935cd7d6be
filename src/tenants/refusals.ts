import { jsonAnswer } from '../http/index.ts'

const RETRY_AFTER_SECONDS = 5

/** Nobody is there. */
export function notFound(): Response {
  return jsonAnswer(404, { error: 'not_found' })
}

/** Neither 401 nor an OAuth error that clients throw their tokens away on: it may be resumed. */
export function suspended(): Response {
  const error_description = 'This organization is suspended.'
  return jsonAnswer(403, { error: 'access_denied', error_description })
}

export function unavailable(): Response {
  const retry = { 'Retry-After': String(RETRY_AFTER_SECONDS) }
  return jsonAnswer(503, { error: 'temporarily_unavailable' }, retry)
}
