import type { AdapterFactory } from 'oidc-provider'

/**
 * Gives the `Client` records of an adapter a lifetime: `oidc-provider` stores them without one, and
 * a client that registers itself and never gets a token is not to be kept.
 *
 * @param onRegistered Called when a client has been stored, before its registration is answered.
 */
export function withExpiringClients(
  factory: AdapterFactory,
  unusedSeconds: number,
  onRegistered: (clientId: string) => Promise<void>,
): AdapterFactory {
  return (name) => {
    const adapter = factory(name)
    if (name !== 'Client') return adapter
    return new Proxy(adapter, {
      get(target, property) {
        if (property === 'upsert') {
          const upsert: typeof target.upsert = async (id, payload, expiresIn) => {
            await target.upsert(id, payload, expiresIn ?? unusedSeconds)
            await onRegistered(id)
          }
          return upsert
        }
        const value: unknown = Reflect.get(target, property)
        return typeof value === 'function' ? value.bind(target) : value
      },
    })
  }
}
