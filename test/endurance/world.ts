import { Redis } from 'ioredis'
import { oauthService } from 'mcp-gatehouse/connections'
import { createPrincipal, createTokenIssuer, type TokenIssuer } from 'mcp-gatehouse/testing'
import { onTestFinished } from 'vitest'
import { ownerOf } from '../../src/connections/owner.ts'
import { generateKey } from '../../src/keys/index.ts'
import { connectionFor, genericAt } from '../connections/canned-service.ts'
import { createWorld } from '../connections/world.ts'
import { freePort } from '../contract/free-port.ts'
import { REDIS_URL } from '../contract/services.ts'
import { openPlace, type Place } from '../faults/places.ts'
import { type Balancer, createBalancer } from './balancer.ts'
import { type EchoUpstream, type Ledger, startEchoUpstream, startLedger } from './ledger.ts'
import { type GatewayOrders, type StartedGateway, startGateway } from './start-gateway.ts'

export const PUBLIC_URL = 'https://mcp.example.com'
/** Renewed after half of it, and usable for as long as a dead gateway holds its lock. */
const SERVICE_TOKEN_SECONDS = 60
const REFRESH_AHEAD_SECONDS = 30
export const RESOURCE = `${PUBLIC_URL}/mcp`

/** Two gateways over one PostgreSQL and one Redis, and all that is around them. */
export interface EnduranceWorld {
  readonly issuer: TokenIssuer
  readonly ledger: Ledger
  readonly upstream: EchoUpstream
  readonly balancer: Balancer
  readonly ports: readonly [number, number]
  /** The one that nobody kills. */
  readonly survivor: StartedGateway
  /** Kills the other one, and starts it again. */
  restart(): Promise<void>
  mint(sub: string, claims?: Readonly<Record<string, unknown>>): Promise<string>
  /** Gives a user a connection whose token is soon to be renewed. */
  connect(user: string): Promise<void>
}

/**
 * @param name Names what is kept in PostgreSQL and Redis. All is closed when the test is over.
 * @param perMinute Messages of one principal that the gateways let through together.
 */
export async function openEnduranceWorld(
  name: string,
  url: string,
  perMinute: number,
): Promise<EnduranceWorld> {
  const ports = [await freePort(), await freePort()] as const
  const issuer = await createTokenIssuer()
  const upstream = await startEchoUpstream()
  const ledger = await startLedger(SERVICE_TOKEN_SECONDS)
  const place = {
    url,
    options: { prefix: name, schema: name },
    keys: { keys: [await generateKey({ use: 'storage' })] },
  } satisfies Place
  const storage = await openPlace(place)
  const { core } = createWorld({ notes: oauthService(genericAt(ledger.origin)) }, { storage })
  const ordersOf = async (): Promise<Omit<GatewayOrders, 'port'>> => ({
    publicUrl: PUBLIC_URL,
    issuer: issuer.issuer,
    upstream: upstream.url,
    service: ledger.origin,
    place,
    keys: {
      cookies: { keys: [await generateKey({ use: 'cookies' })] },
      signing: { keys: [await generateKey({ use: 'signing' })] },
    },
    limitsPrefix: name,
    perMinute,
  })
  const orders = await ordersOf()
  const survivor = await startGateway({ ...orders, port: ports[0] })
  let victim = await startGateway({ ...orders, port: ports[1] })
  const balancer = createBalancer(ports, new URL(PUBLIC_URL).host)
  onTestFinished(async () => {
    balancer.close()
    await Promise.all([survivor.kill(), victim.kill()])
    await Promise.all([upstream.close(), issuer.close(), storage.close()])
    await forgetCounts(name)
  })
  return {
    issuer,
    ledger,
    upstream,
    balancer,
    ports,
    survivor,
    async restart() {
      await victim.kill()
      victim = await startGateway({ ...orders, port: ports[1] })
    },
    mint: (sub, claims) =>
      issuer.mint({
        sub,
        aud: RESOURCE,
        scope: 'notes:read',
        exp: Math.floor(Date.now() / 1_000) + 3_600,
        ...claims,
      }),
    connect: (user) => {
      const principal = createPrincipal({ sub: user }, issuer.issuer)
      const refreshToken = ledger.connect(user)
      // Due some time in the next half of a minute, so that gateways die while they renew.
      const expiresInSeconds = REFRESH_AHEAD_SECONDS + Math.floor(Math.random() * 20)
      const { tokens, ...connection } = connectionFor(expiresInSeconds, refreshToken)
      const accessToken = `${user} at first`
      return core.vault
        .save(ownerOf(principal), 'notes', { ...connection, tokens: { ...tokens, accessToken } })
        .then(() => undefined)
    },
  }
}

async function forgetCounts(name: string): Promise<void> {
  const redis = new Redis(REDIS_URL)
  for await (const keys of redis.scanStream({ match: `${name}*`, count: 1_000 })) {
    if ((keys as string[]).length > 0) await redis.unlink(keys as string[])
  }
  await redis.quit()
}
