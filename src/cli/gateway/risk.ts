import { isLoopbackHostname } from '../../oauth/index.ts'
import type { KeyPath } from './problem.ts'

/** Something that works and is not safe. */
export interface Risk {
  readonly path: KeyPath
  readonly rule: string
  readonly cause: string
  readonly remedy: string
}

/** A secret in the file, and a store that is asked without TLS. */
export function storeRisks(
  text: string,
  path: KeyPath,
  isReferenced: (path: KeyPath) => boolean,
): readonly Risk[] {
  if (!URL.canParse(text)) return []
  const url = new URL(text)
  const risks: Risk[] = []
  if (url.password !== '' && !isReferenced(path)) risks.push(secretRisk(path))
  const isPlain = /^redis:|sslmode=(?:disable|allow|prefer)/.test(text)
  const hasNoMode = url.protocol.startsWith('postgres') && !url.searchParams.has('sslmode')
  if ((isPlain || hasNoMode) && !isLoopbackHostname(url.hostname)) {
    risks.push({
      path,
      rule: 'store-plain',
      cause: 'The store is asked without TLS.',
      remedy:
        'Write rediss:// or sslmode=verify-full, or accept the risk on a network of your own.',
    })
  }
  return risks
}

export function secretRisk(path: KeyPath): Risk {
  return {
    path,
    rule: 'secret-in-file',
    cause: 'A secret stands in the configuration.',
    remedy: 'Write ${VARIABLE}, or file: and the path of a file that holds it.',
  }
}

export function isLoopback(url: string): boolean {
  return URL.canParse(url) && isLoopbackHostname(new URL(url).hostname)
}
