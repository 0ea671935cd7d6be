import { RETRY_AFTER_SECONDS } from '../../browser/index.ts'
import { readJsonEvents } from '../../http/index.ts'
import { sendJson } from '../send-json.ts'
import type { Visit } from '../visit.ts'
import { type ClientMetadata, parseClientMetadata } from './client-metadata.ts'

const MAX_BYTES = 32 * 1024
const FULL_RETRY_SECONDS = 3_600

/** A refusal, for the client and for the event. */
interface Refusal {
  readonly status: number
  readonly error: string
  readonly description: string
  readonly reason: string
  readonly retryAfterSeconds?: number
}

/**
 * Answers a registration (RFC 7591 §3): a public client, whatever method it asks for. There is no
 * secret in any answer, since the only one there is belongs to this server at the upstream.
 */
export async function answerRegistration(visit: Visit): Promise<void> {
  const { parts, res, address } = visit
  const { emit, clock } = parts.settings
  const outcome = await register(visit)
  if ('error' in outcome) {
    const { status, error, description, reason, retryAfterSeconds } = outcome
    emit({ type: 'client.registration_refused', at: clock.now(), reason, status, address })
    const retry = { 'Retry-After': String(retryAfterSeconds ?? RETRY_AFTER_SECONDS) }
    const body = { error, error_description: description }
    sendJson(res, status, body, status === 429 || status === 503 ? retry : {})
    return
  }
  const { clientId, metadata, isKnown } = outcome
  const { clientName, redirectUris } = metadata
  emit({
    type: 'client.registered',
    at: clock.now(),
    clientId,
    clientName,
    folded: isKnown,
    address,
  })
  sendJson(res, 201, {
    client_id: clientId,
    client_id_issued_at: Math.floor(clock.now()),
    ...(clientName !== undefined && { client_name: clientName }),
    redirect_uris: redirectUris,
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    token_endpoint_auth_method: 'none',
  })
}

interface Registered {
  readonly clientId: string
  readonly metadata: ClientMetadata
  /** Whether somebody had registered the same before. */
  readonly isKnown: boolean
}

async function register(visit: Visit): Promise<Registered | Refusal> {
  const { clients, settings } = visit.parts
  const body = await readBody(visit)
  if (body.kind === 'too_large') return refuse(413, 'the metadata is too large', 'size')
  if (body.kind !== 'json') return refuse(400, 'the body is not JSON (application/json)', 'json')
  const verdict = parseClientMetadata(body.value, settings)
  if (!verdict.ok) {
    const { error, description, field } = verdict
    return { status: 400, error, description, reason: field }
  }
  const { metadata } = verdict
  const isKnown = (await clients.find(clients.idOf(metadata))) !== undefined
  if (!isKnown && (await clients.isFull())) return later('full', FULL_RETRY_SECONDS)
  return { clientId: await clients.register(metadata), metadata, isKnown }
}

type Body =
  | { readonly kind: 'json'; readonly value: unknown }
  | { readonly kind: 'malformed' | 'too_large' | 'not_json' }

async function readBody({ req }: Visit): Promise<Body> {
  const type = req.headers['content-type'] ?? ''
  if (!/^application\/json\s*(?:;|$)/i.test(type)) return { kind: 'not_json' }
  if (req.readableEnded) return { kind: 'json', value: 'body' in req ? req.body : undefined }
  if (Number(req.headers['content-length'] ?? 0) > MAX_BYTES) return { kind: 'too_large' }
  return readJsonEvents(req, MAX_BYTES)
}

function refuse(status: number, description: string, reason: string): Refusal {
  return { status, error: 'invalid_client_metadata', description, reason }
}

function later(reason: string, retryAfterSeconds: number): Refusal {
  const description = 'too many registrations; try again later'
  return { status: 429, error: 'temporarily_unavailable', description, reason, retryAfterSeconds }
}
