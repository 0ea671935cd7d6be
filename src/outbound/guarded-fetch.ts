import { lookup } from 'node:dns/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { ConfigError } from '../errors/index.ts'
import { exchange } from './exchange.ts'
import type {
  FetchRefusal,
  GuardedAnswer,
  GuardedFetch,
  GuardedFetchOptions,
  Lookup,
} from './guarded-fetch-options.ts'
import { findTarget, type TargetRules } from './target.ts'
import { openTunnel } from './tunnel.ts'

const systemLookup: Lookup = async (hostname) => {
  const found = await lookup(hostname, { all: true, order: 'verbatim' })
  return found.map(({ address }) => address)
}

/**
 * Creates a fetch for URLs that strangers name: client metadata documents, `jwks_uri`.
 *
 * Only https, only the listed ports, only names and addresses of the public Internet. A name is
 * resolved once, every one of its addresses is checked, and the connection goes to those addresses
 * with the TLS name kept. Nothing is followed, sent along or kept: no redirects, cookies, proxies of
 * the environment, credentials, connections. Time and size are limited for the answer as a whole.
 *
 * It does NOT look at the status or the content, and limits no rate; the caller does. The refusal
 * that it returns is for the operator: whoever named the URL is to see one constant text.
 *
 * @throws {ConfigError} `ERR_CONFIG_TLS_UNVERIFIED` in production (`NODE_ENV`) with
 *   `NODE_TLS_REJECT_UNAUTHORIZED=0`; `ERR_CONFIG_EGRESS_PROXY`
 *
 * @see draft-ietf-oauth-client-id-metadata-document §6.5 and §6.6; RFC 6890
 */
export function createGuardedFetch(
  options: GuardedFetchOptions = {},
  environment: NodeJS.ProcessEnv = process.env,
): GuardedFetch {
  checkEnvironment(environment)
  const { timeoutMilliseconds = 5_000, failureBucketMilliseconds = 1_000 } = options
  const proxy = parseProxy(options.egressProxy)
  const rules: TargetRules = {
    ports: options.ports ?? [443],
    allowInsecureLoopback: options.allowInsecureLoopback ?? false,
    proxied: proxy !== undefined,
    lookup: options.lookup ?? systemLookup,
  }
  return async (
    url,
    { accept = 'application/json', maxBytes = options.maxBytes ?? 5_120 } = {},
  ) => {
    const start = performance.now()
    const { signal, clear } = createDeadline(timeoutMilliseconds)
    const ca = options.ca === undefined ? undefined : [options.ca].flat()
    const answer = await untilAborted(signal, async () => {
      const target = await findTarget(url, rules)
      if (typeof target === 'string') return { kind: 'refused', reason: target }
      const authority = `${target.url.hostname}:${target.port}`
      const tunnel = proxy && (await openTunnel(proxy, authority, signal).catch(() => null))
      if (tunnel === null) return { kind: 'refused', reason: 'proxy' }
      return exchange(target, { accept, maxBytes, ca, tunnel, signal })
    })
    clear()
    if (answer.kind === 'refused' && !DECIDED_BY_URL.has(answer.reason)) {
      const elapsed = performance.now() - start
      const told = Math.ceil(elapsed / failureBucketMilliseconds) * failureBucketMilliseconds
      await sleep(Math.max(0, Math.min(told, timeoutMilliseconds) - elapsed))
    }
    return answer
  }
}

/** What whoever named the URL could have found out without us; it needs no hiding. */
const DECIDED_BY_URL: ReadonlySet<FetchRefusal> = new Set(['name', 'port', 'url'])

/** As `AbortSignal.timeout`, which would keep all of a request until its time is over. */
function createDeadline(milliseconds: number): { signal: AbortSignal; clear: () => void } {
  const controller = new AbortController()
  const timer = setTimeout(() => controller.abort(), milliseconds).unref()
  return { signal: controller.signal, clear: () => clearTimeout(timer) }
}

/** Ends what cannot be cancelled, such as a look-up of the system, for whoever waits for it. */
function untilAborted(
  signal: AbortSignal,
  work: () => Promise<GuardedAnswer>,
): Promise<GuardedAnswer> {
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve({ kind: 'refused', reason: 'timeout' }))
    work().then(resolve, () => resolve({ kind: 'refused', reason: 'connection' }))
  })
}

function checkEnvironment(environment: NodeJS.ProcessEnv): void {
  const isProduction = environment['NODE_ENV'] === 'production'
  if (isProduction && environment['NODE_TLS_REJECT_UNAUTHORIZED'] === '0') {
    throw new ConfigError('ERR_CONFIG_TLS_UNVERIFIED', 'NODE_TLS_REJECT_UNAUTHORIZED=0')
  }
}

function parseProxy(value: string | undefined): URL | undefined {
  if (value === undefined) return undefined
  const url = URL.canParse(value) ? new URL(value) : undefined
  if (url?.protocol === 'http:' && url.pathname === '/' && url.search === '') return url
  // Without the value, which may hold a password.
  throw new ConfigError('ERR_CONFIG_EGRESS_PROXY', 'egressProxy')
}
