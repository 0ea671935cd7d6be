import type { RequestListener } from 'node:http'
import type { AuditSink } from 'mcp-gatehouse'
import { createAuthorizationServer, type UpstreamOptions } from 'mcp-gatehouse/authorization-server'
import {
  createKeyRing,
  generateKey,
  type KeyRing,
  type KeyUse,
  keysFromFunction,
} from 'mcp-gatehouse/keys'
import { memory } from 'mcp-gatehouse/storage'
import { SCOPES } from './notes-server.ts'

/**
 * An authorization server for MCP clients, in front of a provider that has no registration for them
 * and no tokens for a resource: this is all that its operator writes.
 */
export async function createNotesAuthorizationServer({
  issuer,
  resource,
  upstream,
  onEvent,
}: {
  readonly issuer: string
  readonly resource: string
  readonly upstream: UpstreamOptions
  readonly onEvent: AuditSink
}): Promise<RequestListener> {
  const { handler } = await createAuthorizationServer({
    issuer,
    resources: { [resource]: SCOPES },
    scopes: { 'notes:read': 'Read your notes', 'notes:write': 'Change your notes' },
    brand: { name: 'Notes' },
    upstream,
    storage: memory(),
    keys: { signing: await newRing('signing'), cookies: await newRing('cookies') },
    allowInsecureLoopback: true,
    onEvent,
  })
  return (req, res) => void handler(req, res)
}

/** For a demo that forgets everything; `keysFromFile` and others keep them. */
async function newRing(use: KeyUse): Promise<KeyRing> {
  const keys = [await generateKey({ use })]
  return createKeyRing({ use, source: keysFromFunction(() => ({ keys })) })
}
