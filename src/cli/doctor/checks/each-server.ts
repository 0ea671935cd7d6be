import type { Outcome } from '../finding.ts'
import type { AuthorizationServerSeen, Observations } from '../observations.ts'

type Metadata = Readonly<Record<string, unknown>>

/** Looks at every authorization server whose metadata could be read. */
export function ofEachServer(
  look: (metadata: Metadata, server: AuthorizationServerSeen) => readonly Outcome[],
): (seen: Observations) => readonly Outcome[] {
  return ({ authorizationServers }) =>
    authorizationServers.flatMap((server) =>
      server.metadata === undefined ? [] : look(server.metadata, server),
    )
}

/** A list of the metadata; `undefined` where it is none. */
export function listOf(metadata: Metadata, name: string): readonly unknown[] | undefined {
  const value = metadata[name]
  return Array.isArray(value) ? value : undefined
}
