import {
  formatRecord,
  isObject,
  isOptionalString,
  parseRecord,
  recordKey,
} from '../runtime/index.ts'
import type { Storage } from '../storage/index.ts'
import type { HeldAuthorization, HeldAuthorizations } from './connection-attempts.ts'
import { isOwner, ownerTagOf } from './connection-record.ts'
import { randomHandle } from './random-handle.ts'

const FORMAT = 1
const TTL_SECONDS = 600

/** Keeps what a service gave until the user says that it is their account. */
export function createHeldAuthorizations(storage: Storage): HeldAuthorizations {
  const find: HeldAuthorizations['find'] = async (owner, id) => {
    const record = await storage.get(await keyOf(id))
    const held = record && parse(record.value)
    return held?.owner.id === owner.id ? held : undefined
  }
  return {
    async hold(authorization) {
      const id = randomHandle()
      const tags = [await ownerTagOf(authorization.owner)]
      const value = formatRecord(FORMAT, authorization)
      await storage.set(await keyOf(id), value, { ttlSeconds: TTL_SECONDS, tags })
      return id
    },
    find,
    async take(owner, id) {
      // Looked at first: whoever is not the owner must not end it.
      if ((await find(owner, id)) === undefined) return undefined
      const record = await storage.take(await keyOf(id))
      return record && parse(record.value)
    },
  }
}

function parse(value: Uint8Array): HeldAuthorization {
  return parseRecord(value, FORMAT, 'Authorization to confirm', (content) => {
    const { owner, service, requestId, clientId, tokens, account } = content
    const isRight =
      isOwner(owner) &&
      typeof service === 'string' &&
      [requestId, clientId].every(isOptionalString) &&
      isObject(tokens) &&
      isObject(account)
    return isRight ? (content as object as HeldAuthorization) : undefined
  })
}

function keyOf(id: string): Promise<string> {
  return recordKey('connection-confirmation', undefined, id)
}
