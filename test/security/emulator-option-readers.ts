import {
  type EmulatedProvider,
  startAuth0,
  startCognito,
  startEnterpriseProvider,
  startEntra,
  startGithub,
  startGoogle,
  startKeycloak,
  startOkta,
  startScalekit,
} from 'mcp-gatehouse/testing'
import type { Reader } from './option-reader.ts'

const NAMES = ['redirectUris', 'users', 'accessTokenTtlSeconds', 'withheldScopes']

function emulator(
  start: (options: never) => Promise<EmulatedProvider>,
  type: string,
  names: readonly string[] = [],
): Reader {
  return {
    type,
    good: {},
    names: [...NAMES, ...names],
    read: async (options: never) => (await start(options)).close(),
  }
}

/** The emulated providers. */
export const EMULATOR_READERS: Readonly<Record<string, Reader>> = {
  startAuth0: emulator(startAuth0, 'Auth0Options', ['audience']),
  startCognito: emulator(startCognito, 'CognitoOptions', ['resourceServer']),
  startEnterpriseProvider: {
    type: 'EnterpriseProviderOptions',
    alsoReads: ['EmulatorOptions'],
    good: { audiences: {} },
    names: [...NAMES, 'audiences', 'allowedScopes', 'assertionSeconds'],
    read: async (options: never) => (await startEnterpriseProvider(options)).close(),
  },
  startEntra: emulator(startEntra, 'EntraOptions', ['version']),
  startGithub: emulator(startGithub, 'GithubOptions', ['expires']),
  startGoogle: emulator(startGoogle, 'EmulatorOptions'),
  startKeycloak: emulator(startKeycloak, 'KeycloakOptions', ['rotatesRefreshTokens', 'audience']),
  startOkta: emulator(startOkta, 'OktaOptions', ['audience']),
  startScalekit: emulator(startScalekit, 'ScalekitOptions', ['serverUrl']),
  'issueToken of startGoogle': {
    type: 'IssueOpaqueTokenOptions',
    good: {},
    names: ['username', 'scope', 'foreign'],
    async read(options) {
      const google = await startGoogle()
      try {
        await google.issueToken(options)
      } finally {
        await google.close()
      }
    },
  },
  'obtainTokens of startGoogle': {
    type: 'ObtainTokensOptions',
    good: {},
    names: ['username', 'scopes', 'parameters'],
    async read(options) {
      const google = await startGoogle()
      try {
        await google.obtainTokens(options)
      } finally {
        await google.close()
      }
    },
  },
}
