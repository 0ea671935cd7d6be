import { isLoopbackHostname } from '../../../oauth/index.ts'
import { bearerChallenge } from '../challenge.ts'
import { type Check, fail, pass } from '../finding.ts'
import type { Observations } from '../observations.ts'

/** Servers behind a proxy that ends TLS, and write what they see of themselves. */
export const publicUrls: Check = {
  id: 'public-urls',
  requirement: 'AS-17, RS-02',
  look(seen) {
    const isLocal = isLoopbackHostname(seen.url.hostname)
    if (isLocal) return []
    const wrong = urlsOf(seen).filter(([, value]) => {
      const url = URL.canParse(value) ? new URL(value) : undefined
      return url?.protocol === 'http:' || (url !== undefined && isLoopbackHostname(url.hostname))
    })
    return wrong.length === 0
      ? pass('Every URL is public, and https.')
      : fail(
          wrong.map(([name, value]) => `${name} is ${value}`).join('; '),
          'Configure the public URL; do not take it from the request that the proxy passes on.',
        )
  },
}

function urlsOf(seen: Observations): readonly (readonly [name: string, value: string])[] {
  const challenged = bearerChallenge(seen.initialize)?.get('resource_metadata')
  const resource = seen.resourceMetadata?.['resource']
  return [
    ...(challenged === undefined ? [] : [['resource_metadata', challenged] as const]),
    ...(typeof resource === 'string' ? [['resource', resource] as const] : []),
    ...seen.authorizationServers.flatMap(({ issuer, metadata = {} }) => [
      ['authorization_servers', issuer] as const,
      ...Object.entries(metadata).filter(
        (entry): entry is [string, string] =>
          (entry[0].endsWith('_endpoint') || entry[0] === 'jwks_uri') &&
          typeof entry[1] === 'string',
      ),
    ]),
  ]
}
