import type { KeyRing } from '../../keys/index.ts'
import type { Storage } from '../../storage/index.ts'
import {
  createApiKeys,
  firstOf,
  jweVerifier,
  jwtVerifier,
  type TokenVerifier,
} from '../../verifiers/index.ts'
import { introspectionVerifier, userinfoVerifier } from '../../verifiers/remote/index.ts'
import type { FileVerifier } from './gateway-file.ts'
import { openRing } from './key-parts.ts'
import { underKeys } from './renamed-options.ts'

export interface VerifierSurroundings {
  readonly folder: string
  readonly storage: Storage
  readonly allowInsecureLoopback: boolean
}

/** What becomes a verifier once the resource is known. */
export interface VerifierParts {
  readonly publishedKeys: readonly KeyRing[]
  create(resource: string): Promise<TokenVerifier>
}

/** @param key The key of the file, such as `routes[0].verifier`. */
export async function openVerifier(
  { jwt, introspection, userinfo, jwe, apiKeys }: FileVerifier,
  key: string,
  { folder, storage, allowInsecureLoopback }: VerifierSurroundings,
): Promise<VerifierParts> {
  const loopback = { allowInsecureLoopback }
  const ring = jwe && (await openRing(jwe.keys, 'encryption', folder, `${key}.jwe.keys`))
  const names = [
    [/^introspectionVerifier[.:] ?/, `${key}.introspection.`],
    [/^userinfoVerifier[.:] ?/, `${key}.userinfo.`],
    [/^jweVerifier[.:] ?/, `${key}.jwe.`],
    [/^jwtVerifier[.:] ?/, `${key}.${jwe === undefined ? 'jwt' : 'jwe.nested'}.`],
    [/^createApiKeys[.:] ?/, `${key}.apiKeys.`],
    [/^firstOf[.:] ?/, `${key}: `],
  ] as const

  function create(resource: string): readonly TokenVerifier[] {
    const verifiers: TokenVerifier[] = []
    if (jwt !== undefined) verifiers.push(jwtVerifier({ ...loopback, ...jwt }))
    if (introspection !== undefined) {
      verifiers.push(introspectionVerifier({ ...loopback, ...introspection }))
    }
    if (userinfo !== undefined) {
      // Which keys go together, the options say.
      verifiers.push(userinfoVerifier({ ...loopback, ...userinfo } as never))
    }
    if (jwe !== undefined && ring !== undefined) {
      const nested = jwtVerifier({ ...loopback, ...jwe.nested })
      verifiers.push(jweVerifier({ ...jwe, keys: ring, nested }))
    }
    if (apiKeys !== undefined) {
      verifiers.push(createApiKeys({ ...apiKeys, storage, resource }).verifier)
    }
    return verifiers
  }

  return {
    publishedKeys: ring === undefined ? [] : [ring],
    create: (resource) =>
      underKeys(names, () => {
        const verifiers = create(resource)
        const [only] = verifiers
        return verifiers.length === 1 && only !== undefined ? only : firstOf(verifiers)
      }),
  }
}
