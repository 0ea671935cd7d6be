import { WRONG_HOST, withoutBody } from './answers.ts'
import { type Behaviour, DENIED } from './matrix.ts'
import type { WireAnswer } from './wire.ts'
import { bearer, METADATA_PATH, post } from './world.ts'

const METADATA_FIELDS = {
  'access-control-allow-origin': '*',
  'cache-control': 'public, max-age=3600',
  'content-type': 'application/json',
}

/** The answers about the metadata document, for a resource server with `authorizationServers`. */
export function metadataBehaviours(authorizationServers: readonly string[]): readonly Behaviour[] {
  const document: WireAnswer = {
    status: 200,
    headers: METADATA_FIELDS,
    body: `{"resource":"https://mcp.example.com/mcp","authorization_servers":${JSON.stringify(authorizationServers)},"bearer_methods_supported":["header"],"scopes_supported":["notes:read"]}`,
  }
  const event = 'public metadata'
  return [
    {
      title: 'the metadata needs no token',
      request: () => ({ target: METADATA_PATH }),
      answer: document,
      event,
    },
    {
      title: 'the metadata is the same for a page of any origin, with a query and a wrong token',
      request: () => ({
        target: `${METADATA_PATH}?v=1`,
        headers: [bearer('wrong'), ['Origin', 'https://evil.example']],
      }),
      answer: document,
      event,
    },
    {
      title: 'HEAD of the metadata has its fields and no body',
      request: () => ({ method: 'HEAD', target: METADATA_PATH }),
      answer: withoutBody(document),
      event,
    },
    {
      title: 'a preflight for the metadata is answered for every origin, without credentials',
      request: () => ({
        method: 'OPTIONS',
        target: METADATA_PATH,
        headers: [
          ['Origin', 'https://evil.example'],
          ['Access-Control-Request-Method', 'GET'],
          ['Access-Control-Request-Headers', 'mcp-protocol-version'],
        ],
      }),
      answer: {
        status: 204,
        headers: {
          'access-control-allow-headers':
            'Authorization, Content-Type, Accept, Last-Event-ID, DPoP, Mcp-Session-Id, MCP-Protocol-Version, Mcp-Method, Mcp-Name',
          'access-control-allow-methods': 'GET, POST, DELETE, OPTIONS',
          'access-control-allow-origin': '*',
          'access-control-expose-headers':
            'WWW-Authenticate, Retry-After, RateLimit, RateLimit-Policy, DPoP-Nonce, Mcp-Session-Id, MCP-Protocol-Version',
          'access-control-max-age': '600',
          vary: 'Access-Control-Request-Headers',
        },
        body: '',
      },
      event,
    },
    {
      title: 'POST to the metadata is not allowed',
      request: () => ({ ...post({}), target: METADATA_PATH }),
      answer: {
        status: 405,
        headers: { ...METADATA_FIELDS, allow: 'GET, HEAD, OPTIONS', 'cache-control': 'no-store' },
        body: '{"error":"invalid_request","error_description":"Metadata is read with GET."}',
      },
      event,
    },
    {
      title: 'the metadata is not read under two Host lines',
      request: () => ({
        target: METADATA_PATH,
        host: 'mcp.example.com',
        headers: [['Host', 'mcp.example.com']],
      }),
      answer: WRONG_HOST,
      event: `${DENIED} host`,
    },
  ]
}
