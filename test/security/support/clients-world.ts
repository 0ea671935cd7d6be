import { generateKeyPairSync } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { AuditEvent } from 'mcp-gatehouse'
import {
  type Adapter,
  type AdapterFactory,
  type Configuration,
  errors,
  Provider,
} from 'oidc-provider'
import { onTestFinished } from 'vitest'
import {
  type BoundTokens,
  type Clients,
  type ClientsOptions,
  createClients,
} from '../../../src/authorization-server/clients/index.ts'
import { createServerLimits } from '../../../src/authorization-server/limits/index.ts'
import { memory, type Storage } from '../../../src/storage/index.ts'
import { createMemoryAdapter } from '../../../src/testing/memory-adapter.ts'
import { type StrangerHost, startStrangerHost } from './stranger-host.ts'
import { createTestAuthority } from './test-authority.ts'
import { createTestClock, type TestClock } from './test-clock.ts'

const authority = createTestAuthority()
/** The host of the documents of clients; it is on this machine. */
export const DOCUMENT_HOST = 'client.example.com'
const identity = authority.issue([DOCUMENT_HOST, '*.example.com'])
const ADDRESS_HEADER = 'x-test-address'

/** What the server answered. */
export interface Answer {
  readonly status: number
  readonly headers: Headers
  /** Parsed where it is JSON. */
  readonly body: Readonly<Record<string, unknown>>
  readonly text: string
}

/** `oidc-provider` with our clients part and nothing else, on a socket. */
export interface ClientsWorld {
  readonly origin: string
  readonly clients: Clients
  readonly clock: TestClock
  readonly storage: Storage
  /** What `oidc-provider` stores about clients. */
  readonly records: Adapter
  /** Where documents are; what it answers is `answer`. */
  readonly host: StrangerHost
  /** What the host answers from now on, by path; an object is a document with its `client_id`. */
  publish(path: string, answer: object): string
  /** The events since the last look. */
  takeEvents(): readonly AuditEvent[]
  send(path: string, init?: RequestInit & { readonly address?: string }): Promise<Answer>
  authorize(parameters: Readonly<Record<string, string>>, address?: string): Promise<Answer>
  /** @param init Its headers replace the content type. */
  register(metadata: unknown, init?: RequestInit & { readonly address?: string }): Promise<Answer>
  token(parameters: Readonly<Record<string, string>>): Promise<Answer>
}

/** PKCE of RFC 7636 Appendix B. */
export const CHALLENGE = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM'
export const VERIFIER = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk'

/** What every document and registration of these tests has. */
export const METADATA = {
  client_name: 'Test client',
  redirect_uris: ['https://app.example/cb'],
  token_endpoint_auth_method: 'none',
} as const

/** @param options Of the part; documents can be on the test's host unless they say otherwise. */
export async function startClientsWorld(
  options: ClientsOptions = {},
  storage: Storage = memory(),
  boundTokens: BoundTokens = 'never',
): Promise<ClientsWorld> {
  const published = new Map<string, RequestListener>()
  const host = await startStrangerHost((req, res) => {
    const answer = published.get(req.url ?? '')
    if (answer === undefined) res.writeHead(404).end()
    else answer(req, res)
  }, identity)
  const events: AuditEvent[] = []
  const clock = createTestClock()
  const adapter = createClockedAdapter(clock)
  const { clientIdMetadata = {} } = options
  const clients = createClients(
    {
      ...options,
      clientIdMetadata:
        typeof clientIdMetadata === 'string'
          ? clientIdMetadata
          : { ...clientIdMetadata, fetch: { ...fetchOptions(host), ...clientIdMetadata.fetch } },
    },
    {
      storage,
      tenant: undefined,
      adapter,
      clock,
      emit: (event) => events.push(event),
      boundTokens,
      openRateLimit: createServerLimits(undefined, {
        issuer: 'https://as.example.com',
        clock,
        emit: () => undefined,
      }).openRateLimit,
      errors,
      addressOf: (req) => String(req.headers[ADDRESS_HEADER] ?? '192.0.2.1'),
    },
  )
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const provider = new Provider(origin, createConfiguration(clients))
  clients.attach(provider)
  server.on('request', createTestListener(provider, clients))

  const send: ClientsWorld['send'] = async (path, { address, ...init } = {}) => {
    const headers = new Headers(init.headers)
    if (address !== undefined) headers.set(ADDRESS_HEADER, address)
    const response = await fetch(`${origin}${path}`, { redirect: 'manual', ...init, headers })
    const text = await response.text()
    return { status: response.status, headers: response.headers, text, body: parseObject(text) }
  }
  return {
    origin,
    clients,
    clock,
    storage,
    records: adapter('Client'),
    host,
    publish(path, answer) {
      const clientId = `https://${DOCUMENT_HOST}:${host.port}${path}`
      published.set(
        path,
        typeof answer === 'function'
          ? listenerOf(answer)
          : (_req, res) => {
              res.setHeader('Content-Type', 'application/json')
              res.end(JSON.stringify({ client_id: clientId, ...answer }))
            },
      )
      return clientId
    },
    takeEvents: () => events.splice(0),
    send,
    authorize: (parameters, address) =>
      send(
        `/authorize?${new URLSearchParams({
          response_type: 'code',
          scope: 'openid offline_access',
          prompt: 'consent',
          state: 's',
          redirect_uri: METADATA.redirect_uris[0],
          code_challenge: CHALLENGE,
          code_challenge_method: 'S256',
          ...parameters,
        })}`,
        address === undefined ? {} : { address },
      ),
    register: (metadata, init = {}) =>
      send('/register', {
        method: 'POST',
        body: typeof metadata === 'string' ? metadata : JSON.stringify(metadata),
        ...init,
        headers: init.headers ?? { 'content-type': 'application/json' },
      }),
    token: (parameters) =>
      send('/token', { method: 'POST', body: new URLSearchParams(parameters) }),
  }
}

function listenerOf(answer: object): RequestListener {
  return answer as RequestListener
}

function fetchOptions(host: StrangerHost): object {
  return {
    lookup: async () => ['127.0.0.1'],
    allowInsecureLoopback: true,
    ports: [host.port],
    ca: authority.ca,
    failureBucketMilliseconds: 1,
  }
}

function createConfiguration(clients: Clients): Configuration {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  return {
    ...clients.configuration,
    clientDefaults: { id_token_signed_response_alg: 'ES256', token_endpoint_auth_method: 'none' },
    conformIdTokenClaims: false,
    cookies: { keys: ['only for tests'] },
    features: {
      ...clients.features,
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
    },
    findAccount: (_ctx, sub) => ({ accountId: sub, claims: () => ({ sub }) }),
    interactions: { url: (_ctx, { uid }) => `/interaction/${uid}` },
    issueRefreshToken: async (_ctx, client) => client.grantTypeAllowed('refresh_token'),
    jwks: { keys: [privateKey.export({ format: 'jwk' })] },
    renderError: (ctx, out) => {
      ctx.body = out
    },
    responseTypes: ['code'],
    routes: { authorization: '/authorize', registration: '/register', token: '/token' },
    ttl: {
      AccessToken: 60,
      IdToken: 60,
      Grant: 9_999_999,
      Interaction: 60,
      RefreshToken: 999_999,
      Session: 60,
    },
  }
}

/** The interaction is one in which the user `alice` agrees to everything at once. */
function createTestListener(provider: Provider, clients: Clients): RequestListener {
  const callback = provider.callback()
  const finish = async (
    req: IncomingMessage,
    res: Parameters<RequestListener>[1],
  ): Promise<void> => {
    const { params } = await provider.interactionDetails(req, res)
    const grant = new provider.Grant({ accountId: 'alice', clientId: String(params['client_id']) })
    grant.addOIDCScope('openid offline_access')
    const consent = { grantId: await grant.save() }
    await provider.interactionFinished(req, res, { login: { accountId: 'alice' }, consent })
  }
  return (req, res) => {
    if (req.url?.startsWith('/interaction/')) void finish(req, res)
    else if (req.url === '/register' && clients.handleRegistration !== undefined) {
      void clients.handleRegistration(req, res, callback)
    } else void callback(req, res)
  }
}

/** Records that expire by the clock of the test. */
function createClockedAdapter(clock: TestClock): AdapterFactory {
  const factory = createMemoryAdapter(() => clock.elapsed())
  const models = new Map<string, ReturnType<AdapterFactory>>()
  return (name) => {
    const adapter = models.get(name) ?? factory(name)
    models.set(name, adapter)
    return adapter
  }
}

function parseObject(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? { ...value } : {}
  } catch {
    return {}
  }
}

/** Goes through a whole sign-in of `alice`, and returns the answer of the token endpoint. */
export async function signIn(
  world: ClientsWorld,
  clientId: string,
  redirectUri: string,
): Promise<Answer> {
  const jar = new Map<string, string>()
  let answer = await world.authorize({ client_id: clientId, redirect_uri: redirectUri })
  for (;;) {
    for (const line of answer.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      jar.set(name, value)
    }
    const location = answer.headers.get('location')
    if (location === null) return answer
    const url = new URL(location, world.origin)
    const code = url.searchParams.get('code')
    if (code !== null) {
      const parameters = { code, client_id: clientId, redirect_uri: redirectUri }
      return world.token({
        grant_type: 'authorization_code',
        code_verifier: VERIFIER,
        ...parameters,
      })
    }
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ')
    answer = await world.send(url.pathname + url.search, { headers: { cookie } })
  }
}
