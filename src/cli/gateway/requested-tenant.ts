import type { InboundRequest } from '../../http/index.ts'
import type { FileTenant } from './gateway-file.ts'

/** The tenant of a request that names none, or one that nobody knows: no caller is of it. */
const NOBODYS = ''

/** Makes of a file which tenant a request is addressed to. */
export function requestedTenant(tenant: FileTenant): (request: InboundRequest) => string {
  if (typeof tenant === 'string') return () => tenant
  const { header: field, hosts } = tenant
  if (hosts !== undefined) {
    const known = new Map(Object.entries(hosts).map(([host, name]) => [host.toLowerCase(), name]))
    return (request) => known.get(hostOf(request)) ?? NOBODYS
  }
  return ({ header }) => {
    const [value = NOBODYS, second] = header((field ?? '').toLowerCase())
    return second === undefined ? value : NOBODYS
  }
}

function hostOf({ header }: InboundRequest): string {
  const [host = '', second] = header('host')
  return second === undefined ? host.toLowerCase().replace(/:\d+$/, '') : ''
}
