import type { Adapter, AdapterFactory, AdapterPayload } from 'oidc-provider'

// A stand-in until the adapter on Storage is merged.
export function createStandInAdapter(): AdapterFactory {
  const records = new Map<string, { payload: AdapterPayload; expiresAt: number }>()
  const find = (key: string): AdapterPayload | undefined => {
    const r = records.get(key)
    return r !== undefined && r.expiresAt > Date.now() ? structuredClone(r.payload) : undefined
  }
  return (model): Adapter => ({
    upsert: async (id, payload, expiresIn) => {
      records.set(`${model}:${id}`, {
        payload: structuredClone(payload),
        expiresAt: expiresIn ? Date.now() + expiresIn * 1000 : Infinity,
      })
    },
    find: async (id) => find(`${model}:${id}`),
    findByUid: async (uid) => {
      for (const key of records.keys()) {
        const p = key.startsWith(`${model}:`) ? find(key) : undefined
        if (p?.uid === uid) return p
      }
      return undefined
    },
    findByUserCode: async () => undefined,
    consume: async (id) => {
      const r = records.get(`${model}:${id}`)
      if (r) r.payload.consumed = Math.floor(Date.now() / 1000)
    },
    destroy: async (id) => {
      records.delete(`${model}:${id}`)
    },
    revokeByGrantId: async (grantId) => {
      for (const [key, { payload }] of records) if (payload.grantId === grantId) records.delete(key)
    },
  })
}
