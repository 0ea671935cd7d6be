import { EMULATOR_READERS } from './emulator-option-readers.ts'
import type { Reader } from './option-reader.ts'
import { PROVIDER_READERS } from './provider-option-readers.ts'
import { REMOTE_VERIFIER_READERS } from './remote-verifier-readers.ts'
import { SERVER_READERS } from './server-option-readers.ts'
import { STORAGE_READERS } from './storage-option-readers.ts'

/** Those that have files of their own. */
export const FURTHER_READERS: Readonly<Record<string, Reader>> = {
  ...EMULATOR_READERS,
  ...PROVIDER_READERS,
  ...REMOTE_VERIFIER_READERS,
  ...SERVER_READERS,
  ...STORAGE_READERS,
}
