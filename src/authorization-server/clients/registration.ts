import type { IncomingMessage, ServerResponse } from 'node:http'
import { RETRY_AFTER_SECONDS } from '../../browser/index.ts'
import { StorageError } from '../../errors/index.ts'
import { addressGroup } from '../../limits/index.ts'
import { parseBearerToken } from '../../oauth/index.ts'
import type { Emit } from '../../observability/index.ts'
import type { Clock } from '../../runtime/index.ts'
import type { RateLimit } from '../limits/index.ts'
import type { ClientMetadata, MetadataFault, MetadataRules } from './client-metadata.ts'
import type { InitialAccess, InitialAccessTokenRecords } from './initial-access-tokens.ts'
import { parseMetadata } from './parse-metadata.ts'
import { errorAnswer, laterAnswer, type RefusalAnswer, sendAnswer } from './registration-answer.ts'
import type { RegistrationRecords } from './registration-records.ts'
import { readRegistration, withBody } from './registration-request.ts'

/** Answers a registration, or hands it on. */
export type HandleRegistration = (
  req: IncomingMessage,
  res: ServerResponse,
  next: (req: IncomingMessage, res: ServerResponse) => Promise<void>,
) => Promise<void>

/** What {@link createRegistrationHandler} works with. */
export interface RegistrationHandlerSettings {
  readonly needsToken: boolean
  readonly rules: MetadataRules
  readonly tokens: Pick<InitialAccessTokenRecords, 'find'>
  readonly limit: RateLimit
  readonly records: RegistrationRecords
  readonly clock: Clock
  readonly emit: Emit
  readonly addressOf: (req: IncomingMessage) => string | undefined
  /** The metadata of a registered client as an answer has it. */
  readonly describeClient: (clientId: string) => Promise<object | undefined>
  /** Runs what makes a client of this metadata. */
  readonly whileRegistering: (
    registration: PendingRegistration,
    run: () => Promise<void>,
  ) => Promise<void>
}

/** A registration that `oidc-provider` is working on. */
export interface PendingRegistration {
  readonly metadata: ClientMetadata
  readonly address: string | undefined
}

type Decision =
  | { readonly kind: 'refused'; readonly answer: RefusalAnswer }
  | {
      readonly kind: 'same'
      readonly clientId: string
      readonly clientName: string | undefined
      readonly client: object
    }
  | { readonly kind: 'new'; readonly metadata: ClientMetadata }

const FULL_RETRY_SECONDS = 60 * 60

/**
 * Creates the handler in front of the registration endpoint of `oidc-provider` (RFC 7591 §3).
 *
 * It limits, reads and checks the request, answers what is refused or folded into a client that
 * exists, and hands on the checked metadata with the defaults of this server. It never answers 500.
 */
export function createRegistrationHandler(
  settings: RegistrationHandlerSettings,
): HandleRegistration {
  const { clock, emit, addressOf, whileRegistering } = settings
  return async (req, res, next) => {
    const address = addressOf(req)
    const decision = await decide(settings, req, address).catch(answerOutage)
    switch (decision.kind) {
      case 'new': {
        const { metadata } = decision
        const request = withBody(req, metadata)
        await whileRegistering({ metadata, address }, () => next(request, res))
        return
      }
      case 'same': {
        const { clientId, client, clientName } = decision
        emit({
          type: 'client.registered',
          at: clock.now(),
          clientId,
          clientName,
          folded: true,
          address,
        })
        sendAnswer(res, { status: 201, body: client })
        return
      }
      case 'refused': {
        const { status, reason } = decision.answer
        emit({
          type: 'client.registration_refused',
          at: clock.now(),
          reason,
          status,
          address,
        })
        sendAnswer(res, decision.answer)
      }
    }
  }
}

async function decide(
  settings: RegistrationHandlerSettings,
  req: IncomingMessage,
  address: string | undefined,
): Promise<Decision> {
  const { limit, rules, records, describeClient } = settings
  if (req.method !== 'POST') {
    return refuse(errorAnswer(405, 'invalid_request', 'use POST', { headers: { Allow: 'POST' } }))
  }
  const seconds = await limit.take(addressGroup(address))
  if (seconds > 0) return refuse(laterAnswer(429, seconds, 'rate'))
  const access = await checkToken(settings, req)
  if ('status' in access) return refuse(access)
  const body = await readRegistration(req)
  if (body.kind !== 'json') return refuse(bodyAnswer(body.kind))
  const verdict = parseMetadata(body.value, {
    ...rules,
    privilegedGrantTypes: new Set(access.grantTypes),
  })
  if (!verdict.ok) return refuse(faultAnswer(verdict, settings.needsToken))
  const { metadata } = verdict
  const clientId = await records.findSame(metadata)
  const client = clientId === undefined ? undefined : await describeClient(clientId)
  if (clientId !== undefined && client !== undefined) {
    return { kind: 'same', clientId, client, clientName: metadata.client_name }
  }
  if (await records.isFull()) return refuse(laterAnswer(429, FULL_RETRY_SECONDS, 'full'))
  return { kind: 'new', metadata }
}

async function checkToken(
  { needsToken, tokens }: RegistrationHandlerSettings,
  req: IncomingMessage,
): Promise<InitialAccess | RefusalAnswer> {
  if (!needsToken) return { grantTypes: [] }
  const credentials = parseBearerToken(req.headersDistinct['authorization'] ?? [])
  const access = credentials.kind === 'token' ? await tokens.find(credentials.token) : undefined
  if (access !== undefined) return access
  const error = credentials.kind === 'absent' ? '' : ' error="invalid_token"'
  return errorAnswer(401, 'invalid_token', 'a valid initial access token is needed', {
    headers: { 'WWW-Authenticate': `Bearer${error}` },
  })
}

function bodyAnswer(kind: 'malformed' | 'too_large' | 'not_json'): RefusalAnswer {
  if (kind === 'too_large') {
    return errorAnswer(413, 'invalid_client_metadata', 'the metadata is too large', {
      headers: { Connection: 'close' },
      reason: 'size',
    })
  }
  return errorAnswer(400, 'invalid_client_metadata', 'the body is not JSON (application/json)', {
    reason: 'json',
  })
}

/** 403 for whoever has a token that does not allow it; 400 for everybody else. */
function faultAnswer(fault: MetadataFault, hasToken: boolean): RefusalAnswer {
  if (fault.privilege === true && hasToken) {
    return errorAnswer(403, 'insufficient_scope', fault.description, {
      headers: { 'WWW-Authenticate': 'Bearer error="insufficient_scope"' },
    })
  }
  return errorAnswer(400, fault.error, fault.description, { reason: fault.field })
}

function refuse(answer: RefusalAnswer): Decision {
  return { kind: 'refused', answer }
}

/** A store that fails is no fault of the client; a client that has left is told nothing. */
function answerOutage(error: unknown): Decision {
  const reason = error instanceof StorageError ? 'storage' : 'unreadable'
  return refuse(laterAnswer(503, RETRY_AFTER_SECONDS, reason))
}
