import { asgardeo } from './asgardeo.ts'
import { auth0 } from './auth0.ts'
import { cognito } from './cognito.ts'
import { duende } from './duende.ts'
import { entra } from './entra.ts'
import { github } from './github.ts'
import { google } from './google.ts'
import { keycloak } from './keycloak.ts'
import { logto } from './logto.ts'
import { oauth } from './oauth.ts'
import { oidc } from './oidc.ts'
import { okta } from './okta.ts'
import type { ProviderProfile } from './profile.ts'
import { scalekit } from './scalekit.ts'
import { wso2 } from './wso2.ts'

/** Every profile, in the order of the table of `docs/providers/`. */
export const PROVIDER_PROFILES: readonly ProviderProfile[] = [
  keycloak,
  auth0,
  okta,
  entra,
  google,
  github,
  cognito,
  scalekit,
  logto,
  asgardeo,
  wso2,
  duende,
  oidc,
  oauth,
].map(({ profile }) => profile)
