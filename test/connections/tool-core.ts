import { type Connections, createConnections, oauthService } from 'mcp-gatehouse/connections'
import { memory } from 'mcp-gatehouse/storage'
import { createConnectionsCore } from '../../src/connections/create-connections.ts'
import { type ConnectionOwner, ownerOfUser } from '../../src/connections/owner.ts'
import type { AuditEvent } from '../../src/observability/index.ts'
import { systemClock } from '../../src/runtime/index.ts'
import { newRing } from '../authorization-server/world.ts'

/** In every credential: it may be nowhere but on the way to the service. */
export const CANARY = 'gho_canary7x1Qf93LbT0'

const NO_EXPIRY = { scopes: [], expiresInSeconds: undefined }

type Pending = readonly {
  readonly service: string
  readonly clientId: string | undefined
  readonly operation: string
}[]

/** Connections for tools, and what their users and services do. */
export interface ToolCore {
  readonly connections: Connections<'github' | 'jira'>
  readonly events: AuditEvent[]
  /** What the services were sent as `Authorization`. */
  readonly sent: (string | null)[]
  /** The user of the link does this on the page. */
  open(url: string, outcome?: 'connected' | 'declined'): Promise<void>
  /** The link's request. */
  find(
    url: string,
  ): ReturnType<ReturnType<typeof createConnectionsCore>['core']['requests']['find']>
  /** What is asked of a user. */
  pending(subject?: string): Promise<Pending>
  /** Deletes what there is about a user. */
  forget(subject: string): Promise<void>
  /** The services end what is connected now. */
  endAll(): void
  /** The services end every connection when it is used. */
  refuseAlways(): void
}

/** Creates it; users are those of one issuer. */
export async function createToolCore(
  issuer: string,
  now = (): number => systemClock.now(),
): Promise<ToolCore> {
  const events: AuditEvent[] = []
  const sent: (string | null)[] = []
  let generation = 0
  let accepted = 0
  const serve = (name: string) => async (url: unknown, init?: RequestInit) => {
    if (new Request(url as string).url.includes('/token')) {
      return Response.json({ error: 'invalid_grant' }, { status: 400 })
    }
    const authorization = new Headers(init?.headers).get('authorization')
    sent.push(authorization)
    const [, subject = '', number = ''] = /^Bearer \w+-(\w+)-(\d+)$/.exec(authorization ?? '') ?? []
    if (Number(number) < accepted) return new Response(null, { status: 401 })
    return new Response(`${name} of ${subject}`)
  }
  const service = (title: string, name: string) =>
    oauthService({
      title,
      clientId: 'us',
      clientSecret: 'a secret of ours',
      authorizationEndpoint: `https://${name}.example.com/authorize`,
      tokenEndpoint: `https://${name}.example.com/token`,
      apiOrigins: ['https://api.example.com'],
      fetch: serve(name),
    })
  const options = {
    baseUrl: 'https://mcp.example.com',
    storage: memory(),
    keys: { cookies: await newRing('cookies') },
    identity: { issuer } as never,
    services: { github: service('GitHub', 'github'), jira: service('Jira', 'jira') },
    onEvent: (event: AuditEvent) => void events.push(event),
    clock: { now, elapsed: () => systemClock.elapsed() },
  }
  const { core } = createConnectionsCore(options)
  const ownerOf = (subject: string): ConnectionOwner => ownerOfUser({ issuer, subject })
  const find: ToolCore['find'] = async (url) =>
    core.requests.find(new URL(url).searchParams.get('request') ?? '')
  return {
    connections: await createConnections(options),
    events,
    sent,
    find,
    async open(url, outcome = 'connected') {
      const request = await find(url)
      if (request === undefined) throw new Error('the link opens nothing')
      const { owner, service: name, clientId } = request
      if (outcome !== 'connected') {
        await core.requests.settle(owner, request.id, outcome)
        return
      }
      generation += 1
      const accessToken = `${CANARY}-${owner.subject}-${generation}`
      const tokens = { accessToken, refreshToken: `${accessToken}-refresh`, ...NO_EXPIRY }
      const account = { id: owner.subject, name: owner.subject }
      await core.vault.save(owner, name, { kind: 'oauth', tokens, account, clientId })
    },
    pending: async (subject = 'alice') =>
      (await core.vault.export(ownerOf(subject))).pendingRequests,
    async forget(subject) {
      await core.vault.delete(ownerOf(subject))
    },
    endAll() {
      accepted = generation + 1
    },
    refuseAlways() {
      accepted = Number.POSITIVE_INFINITY
    },
  }
}
