import { base64url } from 'jose'
import { StorageError } from '../../errors/index.ts'
import {
  formatRecord,
  isObject,
  isOptionalNumber,
  parseRecord,
  randomId,
  recordKey,
} from '../../runtime/index.ts'
import { createSealer, type Sealer } from '../../storage/sealing/index.ts'
import type { ConnectionSettings } from '../connections.ts'

/** A link that the user was given. */
export interface AskedFor {
  readonly requestId: string
  readonly url: string
}

/** What a call that waits for its user is, while the client keeps it. */
export interface WaitingCall {
  /** `principal.id` of the caller. */
  readonly principalId: string
  readonly clientId: string | undefined
  /** Digest of method, name, services and arguments. */
  readonly operation: string
  readonly services: Readonly<Record<string, AskedFor>>
  /** How often the user was asked. */
  readonly asked: number
  /** When the user first agreed to open the links, in seconds since the epoch. */
  readonly acceptedAt: number | undefined
}

/** Why a state is not taken. */
export type InvalidState =
  | 'unreadable'
  | 'expired'
  | 'other_user'
  | 'other_client'
  | 'other_operation'
  | 'used'

/** What a state has to be of, as far as it is known already. */
export interface StateBinding {
  readonly principalId: string
  readonly clientId: string | undefined
  /** `undefined` before the arguments are known. */
  readonly operation: string | undefined
}

/** Calls that wait for their user, sealed: the client keeps them, and can neither read nor change them. */
export interface RequestStates {
  /** Whether a state is one of these, and not one that somebody else has made. */
  isOurs(state: string): boolean
  issue(call: WaitingCall): Promise<string>
  /** What the state holds, where it is of this caller and unused. It stays unused. */
  check(state: string, binding: StateBinding): Promise<WaitingCall | InvalidState>
  /** As `check`, and uses it up: of any number of callers exactly one gets it. */
  take(state: string, binding: StateBinding): Promise<WaitingCall | InvalidState>
}

/** As long as the links that it is about. */
export const STATE_TTL_SECONDS = 600

/** What states begin with: those of handlers, and those of whoever stands in front of a server. */
export type StatePrefix = 'gatehouse1.' | 'gatehouse-proxy1.'

const SUBJECT = 'requestState'

/** Seals with the ring of the cookies, as what goes through the hands of others. */
export function createRequestStates(
  { keys, storage, clock }: ConnectionSettings,
  prefix: StatePrefix,
): RequestStates {
  const sealer = createSealer(keys.cookies, { name: 'mcp-gatehouse requestState' })

  async function read(state: string, binding: StateBinding): Promise<SealedCall | InvalidState> {
    const sealedCall = await openState(sealer, state, prefix)
    if (sealedCall === undefined) return 'unreadable'
    if (sealedCall.expiresAt <= clock.now()) return 'expired'
    return misuse(sealedCall, binding) ?? sealedCall
  }

  return {
    isOurs: (state) => state.startsWith(prefix),
    async issue(call) {
      const content = { ...call, id: randomId(), expiresAt: clock.now() + STATE_TTL_SECONDS }
      const value = formatRecord(1, content)
      const current = await keys.cookies.current()
      const bytes = await sealer.seal(current, SUBJECT, { value })
      return `${prefix}${base64url.encode(bytes)}`
    },
    async check(state, binding) {
      const found = await read(state, binding)
      if (typeof found === 'string') return found
      return (await storage.get(await usedKey(found))) === undefined ? found : 'used'
    },
    async take(state, binding) {
      const found = await read(state, binding)
      if (typeof found === 'string') return found
      const ttlSeconds = Math.max(1, found.expiresAt - clock.now())
      const isFirst = await storage.set(await usedKey(found), formatRecord(1, {}), {
        ttlSeconds,
        ifAbsent: true,
      })
      return isFirst ? found : 'used'
    },
  }
}

async function usedKey({ id }: SealedCall): Promise<string> {
  return recordKey('tool-state', undefined, id)
}

interface SealedCall extends WaitingCall {
  readonly id: string
  readonly expiresAt: number
}

async function openState(
  sealer: Sealer,
  state: string,
  prefix: StatePrefix,
): Promise<SealedCall | undefined> {
  try {
    const bytes = base64url.decode(state.slice(prefix.length))
    // Another spelling of the same bytes is no state that was issued.
    if (`${prefix}${base64url.encode(bytes)}` !== state) return undefined
    const { value } = await sealer.open(SUBJECT, bytes)
    return parseRecord(value, 1, SUBJECT, readSealedCall)
  } catch (error) {
    if (error instanceof TypeError || isUnreadable(error)) return undefined
    throw error
  }
}

function isUnreadable(error: unknown): boolean {
  return (
    error instanceof StorageError &&
    (error.code === 'ERR_STORAGE_TAMPERED' || error.code === 'ERR_STORAGE_FORMAT')
  )
}

function misuse(call: SealedCall, binding: StateBinding): InvalidState | undefined {
  if (call.principalId !== binding.principalId) return 'other_user'
  if (call.clientId !== binding.clientId) return 'other_client'
  const { operation = call.operation } = binding
  return call.operation === operation ? undefined : 'other_operation'
}

/** It was sealed here: this only gives it its type, and refuses what an older release had. */
function readSealedCall(content: Readonly<Record<string, unknown>>): SealedCall | undefined {
  const { id, principalId, clientId, operation, services, asked, acceptedAt, expiresAt } = content
  const isCall =
    [id, principalId, operation, clientId ?? ''].every((value) => typeof value === 'string') &&
    [asked, expiresAt].every((value) => typeof value === 'number') &&
    isOptionalNumber(acceptedAt) &&
    isObject(services)
  return isCall ? ({ clientId, acceptedAt, ...content } as unknown as SealedCall) : undefined
}
