export { type MemoryOptions, memory } from './memory.ts'
export {
  type OpenStorageOptions,
  openStorage,
  type StorageEnvironment,
  storageFromEnvironment,
} from './open.ts'
export { type ResealOptions, type ResealReport, reseal } from './reseal.ts'
export { sealed } from './sealed.ts'
export type { SealingOptions } from './sealer.ts'
export type { Condition, Lock, Storage, StoredRecord, Write, WriteOptions } from './storage.ts'
export { type KeyUsage, keysInUse } from './storage-keys.ts'
export { tenantStorage } from './tenant-storage.ts'
