import { createHash, randomBytes } from 'node:crypto'
import type { Provider } from 'oidc-provider'
import {
  createKeyRing,
  generateKey,
  type KeyRing,
  keysFromFunction,
} from '../../../../src/keys/index.ts'
import type { AuditEvent } from '../../../../src/observability/index.ts'
import { memory, type Storage } from '../../../../src/storage/index.ts'
import {
  type Answer,
  dateClock,
  type NodeSettings,
  REDIRECT_URI,
  RESOURCE,
  SECRET,
  startNode,
  type TestNode,
} from './provider-node.ts'

export { dateClock, ISSUER, OTHER_RESOURCE, RESOURCE, SECRET } from './provider-node.ts'

export interface WorldOptions extends NodeSettings {
  /** One for each node. @defaultValue one node with memory */
  readonly storages?: readonly Storage[]
}

export interface TokenWorld {
  readonly nodes: readonly [TestNode, ...TestNode[]]
  readonly node: TestNode
  readonly events: AuditEvent[]
  /** Accounts that are known. */
  readonly accounts: Set<string>
  /** A code as the authorization endpoint gives it out, and what redeems it. */
  readonly issueCode: (options?: IssueCodeOptions) => Promise<IssuedCode>
  /** The answer to a code that was redeemed. */
  readonly signIn: (options?: IssueCodeOptions) => Promise<Answer & { readonly grantId: string }>
  readonly refresh: (
    token: unknown,
    node?: TestNode,
    more?: Record<string, string>,
  ) => Promise<Answer>
}

export interface IssuedCode {
  readonly grantId: string
  readonly parameters: Record<string, string>
}

export interface IssueCodeOptions {
  readonly client?: string
  readonly accountId?: string
  readonly resources?: readonly string[]
  readonly more?: Readonly<Record<string, string>>
}

export async function createSigningKeys(): Promise<KeyRing> {
  const keys = { keys: [await generateKey({ use: 'signing' })] }
  return createKeyRing({ use: 'signing', source: keysFromFunction(() => keys) })
}

/** Starts `oidc-provider` on our records and tokens, and nothing else of ours; for one test. */
export async function startTokenWorld(options: WorldOptions = {}): Promise<TokenWorld> {
  const { storages = [memory({ clock: options.clock ?? dateClock })] } = options
  const signingKeys = options.signingKeys ?? (await createSigningKeys())
  const events: AuditEvent[] = []
  const accounts = new Set(['alice', 'bob'])
  const started = await Promise.all(
    storages.map((storage) => startNode({ ...options, signingKeys, storage, events, accounts })),
  )
  const nodes = started as unknown as TokenWorld['nodes']
  const [node] = nodes
  const world: TokenWorld = {
    nodes,
    node,
    events,
    accounts,
    issueCode: (code = {}) => issueCode(node.provider, code),
    async signIn(code = {}) {
      const { grantId, parameters } = await world.issueCode(code)
      return { ...(await node.post('/token', parameters)), grantId }
    },
    refresh: (token, at = node, more = {}) =>
      at.post('/token', {
        grant_type: 'refresh_token',
        client_id: 'app',
        refresh_token: String(token),
        ...more,
      }),
  }
  return world
}

async function issueCode(
  provider: Provider,
  { client: clientId = 'app', accountId = 'alice', resources = [RESOURCE], more }: IssueCodeOptions,
): Promise<IssuedCode> {
  const client = await provider.Client.find(clientId)
  if (client === undefined) throw new Error(`no client ${clientId}`)
  const grant = new provider.Grant({ accountId, clientId })
  for (const resource of resources) grant.addResourceScope(resource, 'read write')
  const grantId = await grant.save()
  const verifier = randomBytes(32).toString('base64url')
  const code = new provider.AuthorizationCode({
    accountId,
    client,
    grantId,
    redirectUri: REDIRECT_URI,
    scope: 'read write offline_access',
    resource: resources.length === 1 ? resources[0] : [...resources],
    codeChallenge: createHash('sha256').update(verifier).digest('base64url'),
    codeChallengeMethod: 'S256',
    authTime: Math.floor(Date.now() / 1_000),
  } as never)
  const parameters = {
    grant_type: 'authorization_code',
    client_id: clientId,
    code: await code.save(),
    code_verifier: verifier,
    redirect_uri: REDIRECT_URI,
    ...more,
  }
  return { grantId, parameters }
}

/** An `Authorization` field of a client with its secret (RFC 6749 §2.3.1). */
export function basic(client: string, secret: string = SECRET): Record<string, string> {
  const credentials = `${encodeURIComponent(client)}:${encodeURIComponent(secret)}`
  return { authorization: `Basic ${Buffer.from(credentials).toString('base64')}` }
}
