export { type EncryptTokenOptions, encryptToken } from '../keys/encrypt-token.ts'
