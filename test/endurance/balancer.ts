import { Agent, request as openRequest } from 'node:http'
import { text } from 'node:stream/consumers'

/** A request as a client sends it to the load balancer. */
export interface ClientRequest {
  readonly method?: string
  /** @defaultValue `/mcp` */
  readonly path?: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
  /** Leaves before there is an answer. */
  readonly isAbandoned?: boolean
}

export interface ClientAnswer {
  /** 0 where there is none. */
  readonly status: number
  readonly body: string
}

/** What stands before the gateways: it takes turns, and asks the other one where one is of no use. */
export interface Balancer {
  send(request: ClientRequest): Promise<ClientAnswer>
  /** How often the other one was asked. */
  readonly retries: number
  close(): void
}

const USELESS: ReadonlySet<number> = new Set([0, 502, 503])
/** Half of what nginx waits for: a machine that is busy with other tests is slow, not down. */
const TIMEOUT_MILLISECONDS = 30_000

export function createBalancer(ports: readonly [number, number], host: string): Balancer {
  const agent = new Agent({ keepAlive: true, maxSockets: 256 })
  let turn = 0
  let retries = 0

  function ask(port: number, client: ClientRequest): Promise<ClientAnswer> {
    const { promise, resolve } = Promise.withResolvers<ClientAnswer>()
    const { method = 'POST', path = '/mcp', headers, body } = client
    const length = body === undefined ? {} : { 'content-length': Buffer.byteLength(body) }
    const outgoing = openRequest({
      host: '127.0.0.1',
      port,
      method,
      path,
      agent,
      timeout: TIMEOUT_MILLISECONDS,
      headers: { host, ...headers, ...length },
    })
    const none = (): void => resolve({ status: 0, body: '' })
    outgoing.on('response', (answer) => {
      outgoing.off('close', none)
      text(answer).then((read) => resolve({ status: answer.statusCode ?? 0, body: read }), none)
    })
    outgoing.on('timeout', () => outgoing.destroy())
    outgoing.on('error', none)
    outgoing.on('close', none)
    outgoing.end(body)
    if (client.isAbandoned === true) setTimeout(() => outgoing.destroy(), 5)
    return promise
  }

  return {
    async send(client) {
      turn += 1
      const [first, second] = turn % 2 === 0 ? ports : ports.toReversed()
      const answer = await ask(first ?? 0, client)
      if (!USELESS.has(answer.status) || client.isAbandoned === true) return answer
      retries += 1
      return ask(second ?? 0, client)
    },
    get retries() {
      return retries
    },
    close: () => agent.destroy(),
  }
}
