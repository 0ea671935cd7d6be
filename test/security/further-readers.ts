import { AUDIT_READERS } from './audit-option-readers.ts'
import { CONNECTION_READERS } from './connection-option-readers.ts'
import { EMULATOR_READERS } from './emulator-option-readers.ts'
import { GATEWAY_READERS } from './gateway-option-readers.ts'
import { LIMIT_READERS } from './limit-option-readers.ts'
import type { Reader } from './option-reader.ts'
import { PROVIDER_READERS } from './provider-option-readers.ts'
import { RELAY_READERS } from './relay-option-readers.ts'
import { REMOTE_VERIFIER_READERS } from './remote-verifier-readers.ts'
import { SERVER_READERS } from './server-option-readers.ts'
import { STORAGE_READERS } from './storage-option-readers.ts'
import { TENANT_READERS } from './tenant-option-readers.ts'
import { TOOL_READERS } from './tool-option-readers.ts'

/** Those that have files of their own. */
export const FURTHER_READERS: Readonly<Record<string, Reader>> = {
  ...AUDIT_READERS,
  ...CONNECTION_READERS,
  ...EMULATOR_READERS,
  ...GATEWAY_READERS,
  ...LIMIT_READERS,
  ...PROVIDER_READERS,
  ...RELAY_READERS,
  ...REMOTE_VERIFIER_READERS,
  ...SERVER_READERS,
  ...STORAGE_READERS,
  ...TENANT_READERS,
  ...TOOL_READERS,
}
