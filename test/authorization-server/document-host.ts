import type { ClientIdMetadataOptions } from 'mcp-gatehouse/authorization-server'
import { startStrangerHost } from '../security/support/stranger-host.ts'
import { createTestAuthority } from '../security/support/test-authority.ts'

const HOST = 'client.example.com'

/** A host of client ID metadata documents, on this machine under a public name, for one test. */
export interface DocumentHost {
  /** How an authorization server in development is made to read documents of this machine. */
  readonly clientIdMetadata: ClientIdMetadataOptions
  /** How often documents were asked for. */
  readonly requests: readonly unknown[]
  /** Publishes a document, or another one in its place. @returns Its URL: the `client_id`. */
  publish(path: string, metadata: object): string
}

export async function startDocumentHost(): Promise<DocumentHost> {
  const authority = createTestAuthority()
  const documents = new Map<string, object>()
  const host = await startStrangerHost(
    (req, res) => {
      const document = documents.get(req.url ?? '')
      if (document === undefined) res.writeHead(404).end()
      else res.setHeader('Content-Type', 'application/json').end(JSON.stringify(document))
    },
    authority.issue([HOST]),
  )
  return {
    requests: host.requests,
    clientIdMetadata: {
      fetch: {
        lookup: async () => ['127.0.0.1'],
        allowInsecureLoopback: true,
        ports: [host.port],
        ca: authority.ca,
      },
    },
    publish(path, metadata) {
      const clientId = `https://${HOST}:${host.port}${path}`
      documents.set(path, { client_id: clientId, ...metadata })
      return clientId
    },
  }
}
