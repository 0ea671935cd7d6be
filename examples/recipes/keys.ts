import { createKeyRing, type KeyRing, keysFromFile } from 'mcp-gatehouse/keys'

/** With an `fsGroup` in Kubernetes the file is open to its group: add `{ allowGroupRead: true }`. */
export async function openKeys(path: string): Promise<KeyRing> {
  return createKeyRing({ use: 'encryption', source: keysFromFile(path) })
}
