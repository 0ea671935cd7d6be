import { readForm } from '../../http/index.ts'
import type { Visit } from '../visit.ts'

/** The parameters of a token or revocation request, each of which is there at most once. */
export type TokenRequest = ReadonlyMap<string, string>

/**
 * Reads a form of at most 16 KiB (RFC 6749 §4.1.3). How the client authenticates does not matter:
 * all of ours are public, and bound by PKCE, redirect URI and what they were given.
 *
 * @returns `undefined` for what is no form, or has a parameter twice (RFC 6749 §3.2).
 */
export async function readTokenRequest({ req }: Visit): Promise<TokenRequest | undefined> {
  const form = await readForm(req)
  if (form === undefined) return undefined
  const names = [...form.keys()]
  return new Set(names).size === names.length ? new Map(form) : undefined
}
