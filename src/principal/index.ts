export { type AcceptedToken, type AuthInfo, buildAuthInfo } from './auth-info.ts'
export {
  buildPrincipal,
  type ClientPrincipal,
  type MapClaims,
  type MappedClaims,
  type Principal,
  type TokenClaims,
  type UserPrincipal,
} from './principal.ts'
