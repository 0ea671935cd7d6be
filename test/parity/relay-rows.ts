import type { ParityRow } from './rows.ts'

/** What systems 1 and 4 do between clients and an identity provider: rows of the relay. */
export const RELAY_ROWS: readonly ParityRow[] = [
  {
    system: 1,
    feature: 'oauth_meta_router(server_base_url, issuer_url, client_id, extra_authorize_params)',
    tests: ['the options of oauth_meta_router'],
  },
  {
    system: 1,
    feature: 'GET /.well-known/oauth-protected-resource and /{path:path}',
    tests: ['the protected resource metadata names the server that clients sign in at'],
  },
  {
    system: 1,
    feature: 'GET /.well-known/oauth-authorization-server',
    tests: ['the authorization server metadata with endpoints of the provider behind ours'],
  },
  {
    system: 1,
    feature: 'POST /register (DCR façade)',
    tests: ['a registration answers a public client, and refuses what is none'],
  },
  {
    system: 4,
    feature: 'dependencies',
    tests: ['dependencies are the gate, and tools know who calls'],
  },
  {
    system: 4,
    feature: 'issuer, oauth_metadata_url, authorize_url',
    tests: ['issuer, oauth_metadata_url and authorize_url are one issuer'],
  },
  {
    system: 4,
    feature: 'audience, default_scope',
    tests: ['audience and default_scope are added to the request'],
  },
  {
    system: 4,
    feature: 'client_id, client_secret',
    tests: ['client_id and client_secret are used on the server alone'],
  },
  {
    system: 4,
    feature: 'custom_oauth_metadata',
    tests: ['custom_oauth_metadata is published as it is'],
  },
  {
    system: 4,
    feature: 'setup_proxies, setup_fake_dynamic_registration',
    tests: ['setup_fake_dynamic_registration can be switched off'],
  },
  {
    system: 4,
    feature: 'GET {metadata_path} (proxy)',
    tests: ['the metadata keeps unknown fields, and no field of a request gets into it'],
  },
  {
    system: 4,
    feature: 'GET /oauth/authorize',
    tests: ['the authorization endpoint passes resource and PKCE on'],
  },
  {
    system: 4,
    feature: 'POST /oauth/register',
    tests: ['the registration endpoint never answers the secret'],
  },
  {
    system: 4,
    feature: 'MCP routes',
    tests: ['every method of the MCP endpoint is behind the gate'],
  },
  {
    system: 4,
    feature: 'mcp-remote recipes',
    tests: ['mcp-remote on a fixed port, and a token in a header of its own'],
  },
  {
    system: 4,
    feature: 'Auth0 example',
    tests: ['Auth0 by domain, audience, client id and secret'],
  },
]
