import type { RecordKind } from '../../runtime/index.ts'

/** The kind of the records of each model of `oidc-provider`. */
const KINDS: ReadonlyMap<string, RecordKind> = new Map([
  ['AccessToken', 'access-token'],
  ['AuthorizationCode', 'authorization-code'],
  ['Client', 'client'],
  ['ClientCredentials', 'client-credentials'],
  ['DeviceCode', 'device-code'],
  ['Grant', 'grant'],
  ['InitialAccessToken', 'initial-access-token'],
  ['Interaction', 'interaction'],
  ['PushedAuthorizationRequest', 'pushed-authorization-request'],
  ['RefreshToken', 'refresh-token'],
  ['RegistrationAccessToken', 'registration-access-token'],
  ['ReplayDetection', 'replay-detection'],
  ['Session', 'session'],
] as const)

/**
 * The kind of the records of a model.
 *
 * @throws {TypeError} for a model of a feature that this server does not have.
 */
export function kindOfModel(model: string): RecordKind {
  const kind = KINDS.get(model)
  if (kind === undefined) throw new TypeError(`no kind of record for the model ${model}`)
  return kind
}
