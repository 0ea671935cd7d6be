import type { Adapter, AdapterFactory, AdapterPayload } from 'oidc-provider'

interface StoredRecord {
  readonly payload: AdapterPayload
  readonly expiresAt: number
}

/**
 * The storage of one embedded authorization server: a map that dies with it.
 *
 * It does NOT survive a restart and is not shared between processes.
 */
export function createMemoryAdapter(now: () => number = Date.now): AdapterFactory {
  const records = new Map<string, StoredRecord>()

  const find = (key: string): AdapterPayload | undefined => {
    const record = records.get(key)
    return record !== undefined && record.expiresAt > now() ? record.payload : undefined
  }
  const findWhere = (
    model: string,
    matches: (payload: AdapterPayload) => boolean,
  ): AdapterPayload | undefined => {
    for (const key of records.keys()) {
      const payload = key.startsWith(`${model}:`) ? find(key) : undefined
      if (payload !== undefined && matches(payload)) return payload
    }
    return undefined
  }
  const sweep = (): void => {
    for (const [key, { expiresAt }] of records) if (expiresAt <= now()) records.delete(key)
  }

  return (model): Adapter => ({
    upsert: async (id, payload, expiresIn) => {
      sweep()
      const expiresAt = expiresIn === undefined ? Infinity : now() + expiresIn * 1000
      records.set(`${model}:${id}`, { payload, expiresAt })
    },
    find: async (id) => find(`${model}:${id}`),
    findByUid: async (uid) => findWhere(model, (payload) => payload.uid === uid),
    findByUserCode: async (code) => findWhere(model, (payload) => payload.userCode === code),
    consume: async (id) => {
      const payload = find(`${model}:${id}`)
      if (payload !== undefined) payload.consumed = Math.floor(now() / 1000)
    },
    destroy: async (id) => {
      records.delete(`${model}:${id}`)
    },
    revokeByGrantId: async (grantId) => {
      for (const [key, { payload }] of records) {
        if (payload.grantId === grantId) records.delete(key)
      }
    },
  })
}
