export { type EncryptTokenOptions, encryptToken } from './encrypt-token.ts'
export {
  type GenerateKeyOptions,
  generateKey,
  NEW_KEY_ALGORITHMS,
  type NewKeyAlgorithm,
} from './generate-keys.ts'
export { buildJwksAnswer, type JwksAnswerOptions } from './jwks-answer.ts'
export { createKeyRing, type KeyRing, type KeyRingOptions } from './key-ring.ts'
export type { KeySource } from './key-source.ts'
export type { KeyStatus, KeyUse, StoredKey, StoredKeys } from './key-use.ts'
export { keysFromEnvironment } from './keys-from-environment.ts'
export { type KeyFileOptions, keysFromFile } from './keys-from-file.ts'
export { type KeyFunctionOptions, keysFromFunction } from './keys-from-function.ts'
export type { RingKey } from './ring-key.ts'
export {
  encryptionKeysFromEnvironment,
  type RingFromEnvironmentOptions,
  storageKeysFromEnvironment,
} from './rings-from-environment.ts'
export { type KeyRotation, type RotateKeysOptions, rotateKeys } from './rotate-keys.ts'
