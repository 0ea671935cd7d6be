export { type AuthInfo, buildAuthInfo } from './auth-info.ts'
export { callerKey } from './caller-key.ts'
export {
  buildPrincipal,
  type ClientPrincipal,
  type MapClaims,
  type MappedClaims,
  type Principal,
  type TokenClaims,
  type UserPrincipal,
  userId,
} from './principal.ts'
