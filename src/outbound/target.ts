import { isIP } from 'node:net'
import { classifyAddress } from './address.ts'
import type { FetchRefusal, Lookup } from './guarded-fetch-options.ts'
import { isPublicName } from './host-name.ts'

/** Where a request goes: a URL, and the addresses that its name was found to have. */
export interface Target {
  readonly url: URL
  readonly host: string
  readonly port: number
  /** Checked, all of them. Empty where a proxy resolves the name. */
  readonly addresses: readonly string[]
}

/** What {@link findTarget} goes by. */
export interface TargetRules {
  readonly ports: readonly number[]
  readonly allowInsecureLoopback: boolean
  readonly proxied: boolean
  readonly lookup: Lookup
}

// Printable ASCII without quote, backslash and angle brackets: what `new URL` does not repair.
const CHARACTERS = /^https?:\/\/[\x21\x23-\x3B\x3D\x3F-\x5B\x5D-\x7E]+$/

/** Decides about a URL without asking anybody, then about all addresses of its name. */
export async function findTarget(
  value: string,
  rules: TargetRules,
): Promise<Target | FetchRefusal> {
  if (!CHARACTERS.test(value) || !URL.canParse(value)) return 'url'
  const url = new URL(value)
  const hasUser =
    value
      .slice(value.indexOf('//') + 2)
      .split(/[/?]/, 1)[0]
      ?.includes('@') === true
  if (hasUser || value.includes('#')) return 'url'
  const host = url.hostname.replace(/^\[|\]$/g, '')
  const port = Number(url.port) || (url.protocol === 'https:' ? 443 : 80)
  const loopback = rules.allowInsecureLoopback && isLoopbackHost(host)
  if (url.protocol !== 'https:' && !loopback) return 'url'
  if (!loopback && !rules.ports.includes(port)) return 'port'
  if (isIP(host) !== 0) {
    return isAllowed(host, rules) ? { url, host, port, addresses: [host] } : 'address'
  }
  if (!loopback && !isPublicName(host)) return 'name'
  if (rules.proxied) return { url, host, port, addresses: [] }
  const addresses = await rules.lookup(host).catch(() => [])
  if (addresses.length === 0) return 'resolution'
  return addresses.every((address) => isAllowed(address, rules))
    ? { url, host, port, addresses }
    : 'address'
}

function isLoopbackHost(host: string): boolean {
  return host === 'localhost' || classifyAddress(host) === 'loopback'
}

function isAllowed(address: string, { allowInsecureLoopback }: TargetRules): boolean {
  const kind = classifyAddress(address)
  return kind === 'public' || (kind === 'loopback' && allowInsecureLoopback)
}
