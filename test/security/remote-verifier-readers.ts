import { introspectionVerifier, userinfoVerifier } from 'mcp-gatehouse/verifiers'
import type { Reader } from './option-reader.ts'

const ISSUER = 'https://id.example.com'
const CLIENT = { clientId: 'a', clientSecret: 'b' }

/** The verifiers that ask somebody else about a token. */
export const REMOTE_VERIFIER_READERS: Readonly<Record<string, Reader>> = {
  introspectionVerifier: {
    type: 'IntrospectionVerifierOptions',
    good: { issuer: ISSUER, ...CLIENT },
    names: ['issuer', 'clientSecretMethod', 'privateKey', 'signingAlgorithm', 'cacheSeconds'],
    read: introspectionVerifier,
  },
  'userinfoVerifier of GitHub': {
    type: 'GithubUserinfoOptions',
    good: { provider: 'github', ...CLIENT },
    names: ['provider', 'issuer', 'apiUrl', 'lifetimeSeconds', 'negativeCacheSeconds'],
    read: userinfoVerifier,
  },
  'userinfoVerifier of Google': {
    type: 'GoogleUserinfoOptions',
    good: { provider: 'google', clientId: 'a' },
    names: ['provider', 'issuer', 'tokenInfoEndpoint', 'cacheSeconds'],
    read: userinfoVerifier,
  },
  userinfoVerifier: {
    type: 'GenericUserinfoOptions',
    good: {
      provider: 'generic',
      issuer: ISSUER,
      userinfoEndpoint: `${ISSUER}/userinfo`,
      audience: 'a',
      provesAudience: () => true,
    },
    names: ['provider', 'subjectClaim', 'lifetimeSeconds', 'provesAudience'],
    read: userinfoVerifier,
  },
}
