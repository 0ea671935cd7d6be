import type { TestUser, TestUsers } from './test-user.ts'

/** The options of the embedded authorization server with every default filled in. */
export interface ServerSettings {
  readonly issuer: URL
  /** The path of the issuer without a trailing slash; empty at the root. */
  readonly issuerPath: string
  readonly users: TestUsers
  readonly showPasswords: boolean
  /** Resource identifier → scopes. */
  readonly resources: ReadonlyMap<string, readonly string[]>
  readonly accessTokenTtlSeconds: number
  /** Client identifier (an https URL) → client metadata. */
  readonly clientDocuments: ReadonlyMap<string, object>
  readonly onError: (error: unknown) => void
}

/** The user with this name, never a property that every object has. */
export function findUser(users: TestUsers, name: string): TestUser | undefined {
  return Object.hasOwn(users, name) ? users[name] : undefined
}

/**
 * The scopes of a requested resource, or `undefined` for a resource that is not configured.
 * An identifier without a path is the same with and without its slash.
 */
export function findResourceScopes(
  resources: ServerSettings['resources'],
  identifier: string,
): readonly string[] | undefined {
  for (const [resource, scopes] of resources) {
    if (resource === identifier || withEmptyPath(resource) === withEmptyPath(identifier)) {
      return scopes
    }
  }
  return undefined
}

function withEmptyPath(identifier: string): string {
  return URL.canParse(identifier) && identifier === `${new URL(identifier).origin}/`
    ? identifier.slice(0, -1)
    : identifier
}
