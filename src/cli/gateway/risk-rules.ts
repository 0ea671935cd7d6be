import { commandRisks, isSecretName } from './command-rules.ts'
import type {
  FileAuthorizationServer,
  FileRoute,
  FileRouteDefaults,
  GatewayFile,
} from './gateway-file.ts'
import { partRisks } from './part-rules.ts'
import { isPrivateHost } from './private-host.ts'
import type { KeyPath } from './problem.ts'
import { isLoopback, type Risk, secretRisk, storeRisks } from './risk.ts'

/** The rules that `acceptRisks` can name: there are places where each of them is right. */
export const ACCEPTABLE_RISKS = [
  'admin-exposed',
  'any-origin',
  'audience-missing',
  'keys-tried',
  'shared-secret',
  'storage-forgets',
  'store-plain',
  'upstream-plain',
] as const

const LINK_LOCAL = /^(?:169\.254\.|\[fe[89ab])/
const EVERYWHERE: ReadonlySet<string> = new Set(['0.0.0.0', '::', '[::]'])

/**
 * Finds what is not safe in a file whose names and types are right.
 *
 * @param isReferenced Whether the value of a key comes from a variable or another file.
 */
export function findRisks(
  file: GatewayFile,
  isReferenced: (path: KeyPath) => boolean,
): readonly Risk[] {
  const accepted: readonly string[] = file.acceptRisks ?? []
  const risks = [
    ...addressRisks(file),
    ...secretRisks(file, isReferenced),
    ...partRisks(file, isReferenced),
    ...defaultsRisks(file, [], isReferenced),
    ...file.routes.flatMap((route, index) => routeRisks(file, route, index, isReferenced)),
    ...audienceRisks(file.routes),
  ]
  return risks.filter(({ rule }) => !accepted.includes(rule))
}

function addressRisks(file: GatewayFile): readonly Risk[] {
  const { admin, listen, allowInsecureLoopback, publicUrl } = file
  const risks: Risk[] = []
  if (admin !== undefined && EVERYWHERE.has(admin.host ?? '')) {
    risks.push({
      path: ['admin', 'host'],
      rule: 'admin-exposed',
      cause: 'The admin listener answers on every address of this machine.',
      remedy: 'Write 127.0.0.1, or accept the risk where a network policy keeps others out.',
    })
  }
  if (admin !== undefined && admin.port !== 0 && admin.port === (listen?.port ?? 8080)) {
    risks.push({
      path: ['admin', 'port'],
      rule: 'admin-port',
      cause: 'The admin listener has the port of the public one.',
      remedy: 'Choose another port, such as 9090.',
    })
  }
  if (allowInsecureLoopback === true && !isLoopback(publicUrl)) {
    risks.push({
      path: ['allowInsecureLoopback'],
      rule: 'development-only',
      cause: 'Plain http is for development, and the public URL is not of this machine.',
      remedy: 'Remove the key.',
    })
  }
  return risks
}

function secretRisks(
  { audit }: GatewayFile,
  isReferenced: (path: KeyPath) => boolean,
): readonly Risk[] {
  if (audit === undefined || isReferenced(['audit', 'key'])) return []
  return [secretRisk(['audit', 'key'])]
}

/** What stands in a route or beside all of them. */
function defaultsRisks(
  defaults: FileRouteDefaults,
  at: KeyPath,
  isReferenced: (path: KeyPath) => boolean,
): readonly Risk[] {
  const { allowedOrigins = [], authorizationServers = [], limits } = defaults
  const risks = authorizationServers.flatMap((server, index) =>
    typeof server === 'string'
      ? []
      : serverRisks(server, [...at, 'authorizationServers', index], isReferenced),
  )
  if (allowedOrigins.includes('*')) {
    risks.push({
      path: [...at, 'allowedOrigins'],
      rule: 'any-origin',
      cause: 'Web pages of every origin may call.',
      remedy: 'List the origins of your own pages, such as https://app.example.com.',
    })
  }
  if (typeof limits?.store === 'object') {
    const name = 'redis' in limits.store ? 'redis' : 'postgres'
    const url = 'redis' in limits.store ? limits.store.redis : limits.store.postgres
    risks.push(...storeRisks(url, [...at, 'limits', 'store', name], isReferenced))
  }
  return risks
}

function serverRisks(
  { allowKeyTrial, clientsWithoutAudience = [], secret }: FileAuthorizationServer,
  at: KeyPath,
  isReferenced: (path: KeyPath) => boolean,
): Risk[] {
  const risks: Risk[] = []
  if (secret !== undefined && !isReferenced([...at, 'secret'])) {
    risks.push(secretRisk([...at, 'secret']))
  }
  if (secret !== undefined) {
    risks.push({
      path: [...at, 'secret'],
      rule: 'shared-secret',
      cause: 'Whoever can verify tokens with a shared secret can also issue them.',
      remedy: 'Have the issuer sign with a key pair (ES256, RS256), and remove the key.',
    })
  }
  if (clientsWithoutAudience.length > 0) {
    risks.push({
      path: [...at, 'clientsWithoutAudience'],
      rule: 'audience-missing',
      cause: 'Tokens that were issued for anything at all are accepted of these clients.',
      remedy: 'Have the issuer write an audience, and remove the key.',
    })
  }
  if (allowKeyTrial === true) {
    risks.push({
      path: [...at, 'allowKeyTrial'],
      rule: 'keys-tried',
      cause: 'Tokens that name no key are tried with several.',
      remedy: 'Have the issuer write kid (RFC 7515 §4.1.4), and remove the key.',
    })
  }
  return risks
}

function routeRisks(
  file: GatewayFile,
  route: FileRoute,
  index: number,
  isReferenced: (path: KeyPath) => boolean,
): readonly Risk[] {
  const at = ['routes', index]
  const { upstream, upstreamHeaders = {} } = route
  const path = [...at, 'upstream']
  const secrets = Object.keys(upstreamHeaders)
    .filter((name) => isSecretName(name) && !isReferenced([...at, 'upstreamHeaders', name]))
    .map((name) => secretRisk([...at, 'upstreamHeaders', name]))
  return [
    ...defaultsRisks(route, at, isReferenced),
    ...upstreamRisks(file.publicUrl, upstream, path, isReferenced),
    ...secrets,
  ]
}

function upstreamRisks(
  publicUrl: string,
  upstream: FileRoute['upstream'],
  path: KeyPath,
  isReferenced: (path: KeyPath) => boolean,
): readonly Risk[] {
  if (typeof upstream === 'string') return urlRisks(publicUrl, upstream, path)
  if ('command' in upstream) return commandRisks(upstream, path, isReferenced)
  return urlRisks(publicUrl, upstream.url, [...path, 'url'])
}

function urlRisks(publicUrl: string, text: string, path: KeyPath): readonly Risk[] {
  if (!URL.canParse(text)) return []
  const url = new URL(text)
  if (LINK_LOCAL.test(url.hostname)) {
    return [
      {
        path,
        rule: 'upstream-link-local',
        cause: 'This is an address of the machine itself, where clouds give out credentials.',
        remedy: 'Write the address of the MCP server.',
      },
    ]
  }
  if (URL.canParse(publicUrl) && url.origin === new URL(publicUrl).origin) {
    return [
      {
        path,
        rule: 'upstream-loop',
        cause: 'The upstream is the public URL of the gateway itself.',
        remedy: 'Write the address that only the gateway reaches.',
      },
    ]
  }
  if (url.protocol !== 'http:' || isPrivateHost(url.hostname)) return []
  return [
    {
      path,
      rule: 'upstream-plain',
      cause: 'Requests and assertions go over networks of others without TLS.',
      remedy: 'Write https, or accept the risk where the name is of a network of your own.',
    },
  ]
}

/** An assertion for one upstream must not be good at another. */
function audienceRisks(routes: readonly FileRoute[]): readonly Risk[] {
  const seen = new Map<string, string>()
  return routes.flatMap(({ identity, upstream }, index) => {
    const isAssertion = typeof identity === 'object' && !('exchange' in identity)
    const audience = isAssertion ? identity.audience : undefined
    if (audience === undefined) return []
    const url = nameOf(upstream)
    const other = seen.get(audience) ?? url
    seen.set(audience, url)
    if (other === url) return []
    return [
      {
        path: ['routes', index, 'identity', 'audience'],
        rule: 'audience-shared',
        cause: 'Two upstreams have one audience: each can call the other as the user.',
        remedy: 'Give each upstream an audience of its own, or remove the key.',
      },
    ]
  })
}

function nameOf(upstream: FileRoute['upstream']): string {
  if (typeof upstream === 'string') return upstream
  return 'command' in upstream ? upstream.command : upstream.url
}
