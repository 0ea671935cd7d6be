import {
  corsFields,
  EXPIRED_TOKEN,
  INSUFFICIENT_SCOPE,
  INVALID_TOKEN,
  insufficientScopeFor,
  MALFORMED,
  NO_CREDENTIALS,
  UNAVAILABLE,
  WRONG_CONTENT_TYPE,
  WRONG_HOST,
  WRONG_ORIGIN,
  withFields,
  withoutBody,
} from './answers.ts'
import type { WireAnswer, WireRequest } from './wire.ts'
import { bearer, call, post, type Tokens } from './world.ts'

/** One behaviour on the wire, the same whatever framework the gate stands in. */
export interface Behaviour {
  /** A fact. */
  readonly title: string
  readonly request: (tokens: Tokens) => WireRequest
  readonly answer: WireAnswer
  /** `type` of the one audit event, with the reason of a refusal. */
  readonly event: string
}

export const ALLOWED_ORIGIN = 'https://app.example.com'

export const DENIED = 'auth.deny'
const FROM_PAGE = ['Origin', ALLOWED_ORIGIN] as const
const TWO_MEBIBYTES = 2 * 1024 * 1024

const CREDENTIALS: readonly Behaviour[] = [
  ...['GET', 'POST', 'DELETE', 'PUT', 'PATCH', 'OPTIONS'].map((method) => ({
    title: `${method} without credentials gets a challenge without an error code`,
    request: () => (method === 'POST' ? post(call(1)) : { method }),
    answer: NO_CREDENTIALS,
    event: `${DENIED} no_credentials`,
  })),
  {
    title: 'HEAD without credentials gets the challenge without a body',
    request: () => ({ method: 'HEAD' }),
    answer: withoutBody(NO_CREDENTIALS),
    event: `${DENIED} no_credentials`,
  },
  {
    title: 'a scheme that is not enabled is no credentials',
    request: ({ good }) => ({ headers: [['Authorization', `DPoP ${good}`]] }),
    answer: NO_CREDENTIALS,
    event: `${DENIED} no_credentials`,
  },
  {
    title: 'a bearer scheme without a token is malformed',
    request: () => ({ headers: [['Authorization', 'Bearer']] }),
    answer: MALFORMED,
    event: `${DENIED} malformed_credentials`,
  },
  {
    title: 'two Authorization lines are malformed',
    request: ({ good, other }) => ({ headers: [bearer(good), bearer(other)] }),
    answer: MALFORMED,
    event: `${DENIED} malformed_credentials`,
  },
  {
    title: 'a token in the query beside the header is malformed',
    request: ({ good }) => ({ target: `/mcp?access_token=${good}`, headers: [bearer(good)] }),
    answer: MALFORMED,
    event: `${DENIED} malformed_credentials`,
  },
  {
    title: 'a request for an upgrade needs a token too',
    request: () => ({
      headers: [
        ['Connection', 'Upgrade'],
        ['Upgrade', 'websocket'],
        ['Sec-WebSocket-Version', '13'],
        ['Sec-WebSocket-Key', 'dGhlIHNhbXBsZSBub25jZQ=='],
      ],
    }),
    answer: NO_CREDENTIALS,
    event: `${DENIED} no_credentials`,
  },
]

const TOKENS: readonly Behaviour[] = [
  {
    title: 'what is no JWT is an invalid token',
    request: () => ({ headers: [bearer('opaque')] }),
    answer: INVALID_TOKEN,
    event: `${DENIED} format`,
  },
  {
    title: 'a token for another resource is an invalid token',
    request: ({ foreign }) => post(call(1), bearer(foreign)),
    answer: INVALID_TOKEN,
    event: `${DENIED} aud`,
  },
  {
    title: 'an expired token is told to be expired',
    request: ({ expired }) => post(call(1), bearer(expired)),
    answer: EXPIRED_TOKEN,
    event: `${DENIED} exp`,
  },
  {
    title: 'a token that cannot be checked is answered 503 and not called invalid',
    request: ({ unverifiable }) => post(call(1), bearer(unverifiable)),
    answer: UNAVAILABLE,
    event: 'dep.unavailable',
  },
]

const SCOPES: readonly Behaviour[] = [
  ...(
    [
      ['a JSON-RPC request with a number', call(7), '7'],
      ['a JSON-RPC request with a string', call('r-1'), '"r-1"'],
    ] as const
  ).map(([what, body, id]) => ({
    title: `${what} as id and too few scopes is answered with a JSON-RPC error`,
    request: ({ weak }: Tokens) => post(body, bearer(weak)),
    answer: insufficientScopeFor(id),
    event: `${DENIED} scope`,
  })),
  ...(
    [
      ['a notification', { jsonrpc: '2.0', method: 'notifications/initialized' }],
      ['a batch', [call(1), call(2)]],
      ['a response', { jsonrpc: '2.0', id: 1, result: {} }],
      ['a request whose id is null', call(null)],
      ['a body over 1 MiB', call('x'.repeat(TWO_MEBIBYTES))],
    ] as const
  ).map(([what, body]) => ({
    title: `${what} with too few scopes is answered with OAuth JSON`,
    request: ({ weak }: Tokens) => post(body, bearer(weak)),
    answer: INSUFFICIENT_SCOPE,
    event: `${DENIED} scope`,
  })),
  ...['GET', 'DELETE'].map((method) => ({
    title: `${method} with too few scopes is answered with OAuth JSON`,
    request: ({ weak }: Tokens) => ({ method, headers: [bearer(weak)] }),
    answer: INSUFFICIENT_SCOPE,
    event: `${DENIED} scope`,
  })),
]

const PAGES: readonly Behaviour[] = [
  {
    title: 'a preflight of an allowed origin needs no token',
    request: () => ({
      method: 'OPTIONS',
      headers: [FROM_PAGE, ['Access-Control-Request-Method', 'POST']],
    }),
    answer: {
      status: 204,
      headers: {
        ...corsFields(ALLOWED_ORIGIN),
        'access-control-allow-headers':
          'Authorization, Content-Type, Accept, Last-Event-ID, DPoP, Mcp-Session-Id, MCP-Protocol-Version, Mcp-Method, Mcp-Name',
        'access-control-allow-methods': 'GET, POST, DELETE, OPTIONS',
        'access-control-max-age': '600',
        vary: 'Origin, Access-Control-Request-Headers',
      },
      body: '',
    },
    event: 'public preflight',
  },
  {
    title: 'a preflight of another origin is refused',
    request: () => ({
      method: 'OPTIONS',
      headers: [
        ['Origin', 'https://evil.example'],
        ['Access-Control-Request-Method', 'POST'],
      ],
    }),
    answer: WRONG_ORIGIN,
    event: `${DENIED} origin`,
  },
  ...(
    [
      ['no credentials', () => post(call(1), FROM_PAGE), NO_CREDENTIALS, 'no_credentials'],
      [
        'two Authorization lines',
        ({ good }: Tokens) => post(call(1), FROM_PAGE, bearer(good), bearer(good)),
        MALFORMED,
        'malformed_credentials',
      ],
      [
        'an invalid token',
        ({ foreign }: Tokens) => post(call(1), FROM_PAGE, bearer(foreign)),
        INVALID_TOKEN,
        'aud',
      ],
      [
        'too few scopes',
        ({ weak }: Tokens) => post(call(1), FROM_PAGE, bearer(weak)),
        insufficientScopeFor('1'),
        'scope',
      ],
      [
        'another content type',
        () =>
          ({
            method: 'POST',
            headers: [FROM_PAGE, ['Content-Type', 'text/plain']],
            body: '{}',
          }) as const,
        WRONG_CONTENT_TYPE,
        'content_type',
      ],
    ] as const
  ).map(([what, request, answer, reason]) => ({
    title: `the page of an allowed origin can read the refusal of ${what}`,
    request,
    answer: withFields(answer, corsFields(ALLOWED_ORIGIN)),
    event: `${DENIED} ${reason}`,
  })),
  {
    title: 'the page of an allowed origin can read that a dependency is down',
    request: ({ unverifiable }) => post(call(1), FROM_PAGE, bearer(unverifiable)),
    answer: withFields(UNAVAILABLE, corsFields(ALLOWED_ORIGIN)),
    event: 'dep.unavailable',
  },
  {
    title: 'the page of another origin is refused whatever its token',
    request: ({ good }) => post(call(1), ['Origin', 'https://evil.example'], bearer(good)),
    answer: WRONG_ORIGIN,
    event: `${DENIED} origin`,
  },
]

const MESSAGES: readonly Behaviour[] = [
  {
    title: 'two Host lines are refused',
    request: ({ good }) => ({
      host: 'mcp.example.com',
      headers: [['Host', 'mcp.example.com'], bearer(good)],
    }),
    answer: WRONG_HOST,
    event: `${DENIED} host`,
  },
  {
    title: 'a POST of another content type is refused',
    request: ({ good }) => ({
      method: 'POST',
      headers: [bearer(good), ['Content-Type', 'text/plain']],
      body: '{}',
    }),
    answer: WRONG_CONTENT_TYPE,
    event: `${DENIED} content_type`,
  },
]

/** Every refusal and every answer of the gate's own to a request for the MCP endpoint. */
export const REFUSALS: readonly Behaviour[] = [
  ...CREDENTIALS,
  ...TOKENS,
  ...SCOPES,
  ...PAGES,
  ...MESSAGES,
]
