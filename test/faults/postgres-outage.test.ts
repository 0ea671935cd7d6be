import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createResourceServer, storedRevocations } from 'mcp-gatehouse'
import { protect } from 'mcp-gatehouse/node'
import { postgres } from 'mcp-gatehouse/storage/postgres'
import { createTokenIssuer } from 'mcp-gatehouse/testing'
import { describe, expect, onTestFinished, test } from 'vitest'
import { missingPostgresServer, startPostgresServer } from '../contract/postgres-server.ts'
import { type LoadAnswer, startLoad } from './load.ts'
import { PATIENCE, report, SCALE } from './scale.ts'

const missing = missingPostgresServer()
const TIMES = `${SCALE.outages} ${SCALE.outages === 1 ? 'time' : 'times'}`
/** Answers that are waited for in each phase. */
const ENOUGH = 50
const WAIT = { timeout: 60_000 }

/** A protected resource whose revocations are in PostgreSQL, on a socket, and two tokens for it. */
async function startResource(databaseUrl: string) {
  const issuer = await createTokenIssuer()
  const storage = postgres(databaseUrl, { timeoutSeconds: 30 })
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const resource = `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`
  const gatehouse = createResourceServer({
    resource,
    authorizationServers: [issuer.issuer],
    allowInsecureLoopback: true,
    revocations: storedRevocations(storage),
  })
  server.on(
    'request',
    protect(gatehouse, (_request, response) => void response.end('served')),
  )
  const mint = (sub: string) => issuer.mint({ sub, aud: resource, exp: Date.now() / 1_000 + 3_600 })
  const tokens = { alice: await mint('alice'), mallory: await mint('mallory') }
  await gatehouse.revoke({ issuer: issuer.issuer, subject: 'mallory' })
  onTestFinished(async () => {
    server.close()
    server.closeAllConnections()
    await storage.close()
    await issuer.close()
  })
  return { resource, tokens }
}

describe('a server that keeps its revocations in PostgreSQL, which is stopped and started', () => {
  test.skipIf(missing !== '')(
    `under load ${TIMES}: 503 in between, and it recovers by itself${missing}`,
    { timeout: PATIENCE },
    async () => {
      const database = await startPostgresServer()
      onTestFinished(() => database.remove())
      const { resource, tokens } = await startResource(database.url)
      const load = startLoad(resource, tokens)
      onTestFinished(() => load.stop())
      const answersSince = (moment: number) => load.answers.filter(({ sentAt }) => sentAt > moment)
      const servedSince = (moment: number) =>
        answersSince(moment).filter(({ status }) => status === 200).length
      const recoveries: number[] = []
      let unavailable = 0

      for (let outage = 0; outage < SCALE.outages; outage += 1) {
        const up = performance.now()
        await expect.poll(() => servedSince(up), WAIT).toBeGreaterThan(ENOUGH)
        await database.stop()
        const stopped = performance.now()
        await expect.poll(() => answersSince(stopped).length, WAIT).toBeGreaterThan(ENOUGH)
        const whileDown = answersSince(stopped)
        unavailable += whileDown.length
        expect(new Set(whileDown.map(({ status }) => status))).toEqual(new Set([503]))
        await database.start()
        const started = performance.now()
        await expect.poll(() => servedSince(started), WAIT).toBeGreaterThan(ENOUGH)
        recoveries.push(recoveryAfter(started, load.answers))
      }
      await load.stop()
      expect(load.answers.filter(isWrong)).toEqual([])
      const longest = Math.round(Math.max(...recoveries))
      report({
        what: `server stopped and started ${TIMES} under load, in front of it a protected resource`,
        store: 'PostgreSQL',
        found: `${unavailable.toLocaleString('en')} of ${load.answers.length.toLocaleString('en')} answers were 503 with \`Retry-After\`, none was wrong; the longest recovery took ${longest} ms`,
      })
    },
  )
})

/** Milliseconds until somebody was served and nobody was refused any more, whenever they had asked. */
function recoveryAfter(started: number, answers: readonly LoadAnswer[]): number {
  const later = answers.filter(({ answeredAt }) => answeredAt > started)
  const refused = later.filter(({ status }) => status === 503)
  const served = later.find(({ status }) => status === 200)
  const lastRefusal = Math.max(started, ...refused.map(({ answeredAt }) => answeredAt))
  return Math.max(lastRefusal, served?.answeredAt ?? Number.POSITIVE_INFINITY) - started
}

/** Alice is served or asked to come again, and nobody else is served. */
function isWrong({ who, status, retryAfter }: LoadAnswer): boolean {
  if (status === 503) return retryAfter === null
  return status !== (who === 'alice' ? 200 : 401)
}
