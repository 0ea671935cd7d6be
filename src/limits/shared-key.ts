import { sha256 } from '../runtime/index.ts'
import type { LimitRule } from './store.ts'

/**
 * What somebody is called in a store that others can read: a digest, so that it holds neither
 * subjects nor addresses, and has one length whatever issuers and clients call themselves.
 *
 * It does NOT keep an address secret from whoever tries them all.
 */
export async function sharedKey({ scope, name }: LimitRule, key: string): Promise<string> {
  return sha256(JSON.stringify([scope, name, key]))
}
