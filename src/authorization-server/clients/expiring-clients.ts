import type { AdapterFactory } from 'oidc-provider'

/**
 * Gives the `Client` records of an adapter a lifetime: `oidc-provider` stores them without one, and
 * a client that registers itself and never gets a token is not to be kept.
 */
export function withExpiringClients(
  factory: AdapterFactory,
  unusedSeconds: number,
): AdapterFactory {
  return (name) => {
    const adapter = factory(name)
    if (name !== 'Client') return adapter
    return new Proxy(adapter, {
      get(target, property) {
        if (property === 'upsert') {
          const upsert: typeof target.upsert = (id, payload, expiresIn) =>
            target.upsert(id, payload, expiresIn ?? unusedSeconds)
          return upsert
        }
        const value: unknown = Reflect.get(target, property)
        return typeof value === 'function' ? value.bind(target) : value
      },
    })
  }
}
