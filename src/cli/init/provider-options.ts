import { PROVIDER_PROFILES } from '../../providers/index.ts'

/** One option of a provider: its variable, and what stands in `.env.example`. */
export interface ProviderOption {
  readonly option: string
  readonly variable: string
  readonly example: string
}

/** What a provider needs besides `clientId` and `clientSecret`. */
const FURTHER: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  asgardeo: { organization: 'acme' },
  auth0: { domain: 'acme.eu.auth0.com' },
  cognito: { region: 'eu-central-1', userPoolId: 'eu-central-1_EXAMPLE' },
  duende: { issuer: 'https://id.example.com' },
  entra: { tenant: '11111111-2222-3333-4444-555555555555' },
  github: {},
  google: {},
  keycloak: { issuer: 'https://id.example.com/realms/acme' },
  logto: { endpoint: 'https://acme.logto.app' },
  oidc: { issuer: 'https://id.example.com' },
  okta: { domain: 'acme.okta.com' },
  scalekit: { environmentUrl: 'https://acme.scalekit.com' },
  wso2: { url: 'https://id.example.com:9443' },
}

/** The providers that a server can be written for by name. */
export const PROVIDERS: readonly string[] = PROVIDER_PROFILES.map(({ id }) => id).filter(
  (id) => FURTHER[id] !== undefined,
)

/** The options of a provider, each from a variable of the environment. */
export function providerOptions(provider: string): readonly ProviderOption[] {
  const further = Object.entries(FURTHER[provider] ?? {})
  const client = [
    ['clientId', ''],
    ['clientSecret', ''],
  ] as const
  return [...further, ...client].map(([option, example]) => ({
    option,
    variable: `${provider}_${option}`.replaceAll(/(?<=[a-z])(?=[A-Z])/g, '_').toUpperCase(),
    example,
  }))
}
