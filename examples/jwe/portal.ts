import { Hono } from 'hono'
import {
  buildJwksAnswer,
  createKeyRing,
  encryptToken,
  generateKey,
  type KeyRing,
} from 'mcp-gatehouse/keys'

/** The first key of a server's set that is for encryption: its current one. */
export async function readEncryptionKey(
  jwksUrl: string,
): Promise<Parameters<typeof encryptToken>[1]['encryptionKey']> {
  const response = await fetch(jwksUrl)
  const { keys } = (await response.json()) as Awaited<ReturnType<KeyRing['publicJwks']>>
  const key = keys.find(({ use }) => use === 'enc')
  if (key === undefined) throw new Error(`There is no encryption key at ${jwksUrl}.`)
  return key
}

/** Where users sign in: it knows who they are, and tells that only to the server that they use. */
export interface Portal {
  readonly app: Hono
  /** A token for one MCP server, whose content only that server can read. */
  issueToken(resource: string, user: Readonly<Record<string, string>>): Promise<string>
}

/** Creates the portal: signing keys of its own, and tokens encrypted for others. */
export async function createPortal(issuer: string): Promise<Portal> {
  const key = await generateKey({ use: 'signing' })
  const source = { name: 'Portal', checkSeconds: Infinity, recheckSeconds: Infinity }
  const stored = { keys: [key] }
  const signing = await createKeyRing({
    use: 'signing',
    source: { ...source, read: async () => stored },
  })
  return {
    app: new Hono().get('/portal/jwks.json', () => buildJwksAnswer([signing])),
    async issueToken(resource, { id, ...data }) {
      const claims = { iss: issuer, aud: resource, sub: id, data }
      const jwksUrl = new URL('/.well-known/jwks.json', resource).href
      return encryptToken(claims, {
        encryptionKey: await readEncryptionKey(jwksUrl),
        signingKey: (await signing.current()).reveal(),
      })
    },
  }
}
