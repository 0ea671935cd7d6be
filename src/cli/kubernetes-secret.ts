import { Buffer } from 'node:buffer'
import { UsageError } from './cli-errors.ts'

/** The name of the entry, as mcp-auth-middleware has it: its Deployments go on working. */
export const SECRET_ENTRY = 'mcp_jwks'

/** A Secret of Kubernetes (v1). */
export interface SecretManifest {
  readonly apiVersion: 'v1'
  readonly kind: 'Secret'
  readonly metadata: { readonly name: string; readonly namespace: string }
  readonly type: 'Opaque'
  readonly data: Readonly<Record<string, string>>
}

const LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/
const MAX_SUBDOMAIN_LENGTH = 253

/**
 * Builds the manifest of a Secret. It is JSON, which is YAML too: nothing in a name can end a line
 * of it.
 *
 * @throws {UsageError} Where a name is none that Kubernetes takes (RFC 1123 §2.1).
 */
export function buildSecret(name: string, namespace: string, text: string): SecretManifest {
  if (name.length > MAX_SUBDOMAIN_LENGTH || !name.split('.').every((part) => LABEL.test(part))) {
    throw new UsageError(
      '--secret-name is lower-case letters, digits, "-" and ".", at most 253, such as mcp-server-keys.',
    )
  }
  if (!LABEL.test(namespace)) {
    throw new UsageError(
      '--namespace is lower-case letters, digits and "-", at most 63, such as production.',
    )
  }
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name, namespace },
    type: 'Opaque',
    data: { [SECRET_ENTRY]: Buffer.from(text).toString('base64') },
  }
}
