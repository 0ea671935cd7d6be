import type { RequireOptions } from 'mcp-gatehouse/connections'
import { createTokenIssuer, type TokenIssuer } from 'mcp-gatehouse/testing'
import { afterAll, beforeAll, beforeEach } from 'vitest'
import { createToolCore, type ToolCore } from './tool-core.ts'
import { buildV1, buildV2 } from './tool-servers.ts'
import {
  type ClientOptions,
  connectV2,
  type Fetch,
  RESOURCE,
  servePerRequest,
  serveSessionsV1,
  serveSessionsV2,
  type ToolClient,
} from './tool-world.ts'

export type Serve = (options?: RequireOptions) => Fetch
export type Connect = (options: ClientOptions) => Promise<ToolClient>

/** What the tests of tools share, anew for each test. */
export interface ToolSuite {
  issuer: TokenIssuer
  alice: string
  bob: string
  world: ToolCore
  /** The calls that handlers were run for. */
  ran: string[]
  /** 2026-07-28, and earlier revisions without sessions. */
  readonly modern: Serve
  readonly sessionsV1: Serve
  readonly sessionsV2: Serve
}

/** Prepares it before each test of the file. */
export function useToolSuite(): ToolSuite {
  const suite = {
    modern: (options) =>
      servePerRequest(suite.issuer, () =>
        buildV2(suite.world.connections, { ran: suite.ran, ...options }),
      ),
    sessionsV1: (options) =>
      serveSessionsV1(suite.issuer, () =>
        buildV1(suite.world.connections, { ran: suite.ran, ...options }),
      ),
    sessionsV2: (options) =>
      serveSessionsV2(suite.issuer, () =>
        buildV2(suite.world.connections, { ran: suite.ran, ...options }),
      ),
  } as ToolSuite
  beforeAll(async () => {
    suite.issuer = await createTokenIssuer()
    const mint = async (sub: string): Promise<string> =>
      suite.issuer.mint({ aud: RESOURCE, sub, client_id: 'app' })
    suite.alice = await mint('alice')
    suite.bob = await mint('bob')
  })
  afterAll(() => suite.issuer.close())
  beforeEach(async () => {
    suite.ran = []
    suite.world = await createToolCore(suite.issuer.issuer)
  })
  return suite
}

/** A client of SDK v2 on one revision. */
export function at(revision: NonNullable<ClientOptions['revision']>): Connect {
  return async (options) => connectV2({ ...options, revision })
}
