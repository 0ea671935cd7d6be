import {
  type AuthorizationServer,
  createAuthorizationServer,
} from 'mcp-gatehouse/authorization-server'
import { createKeyRing, type KeyRing, type KeyUse, keysFromFile } from 'mcp-gatehouse/keys'
import { openStorage, sealed } from 'mcp-gatehouse/storage'
import { upstream } from '../providers/entra.ts'

/** `keys` is the folder with signing.json, cookies.json and storage.json. */
export async function openAuthorizationServer(
  storageUrl: string,
  keys: string,
): Promise<AuthorizationServer> {
  const ring = (use: KeyUse): Promise<KeyRing> =>
    createKeyRing({ use, source: keysFromFile(`${keys}/${use}.json`) })
  return createAuthorizationServer({
    issuer: 'https://auth.example.com',
    resources: { 'https://mcp.example.com/mcp': ['notes:read', 'notes:write'] },
    scopes: { 'notes:read': 'Read your notes', 'notes:write': 'Change your notes' },
    upstream,
    storage: await sealed(await openStorage(storageUrl), await ring('storage')),
    keys: { signing: await ring('signing'), cookies: await ring('cookies') },
    trustedProxyHops: 1,
  })
}
