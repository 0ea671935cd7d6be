import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, describe, expect, test } from 'vitest'
import { missingService, POSTGRES_URL, REDIS_URL } from '../contract/services.ts'
import { cleanUp } from './clean-up.ts'
import { createRandom, type Random } from './random.ts'
import { callTool, one, postToken, type Tokens, untilAnswered } from './replicas/calls.ts'
import { startWorld, type World } from './replicas/world.ts'
import { PATIENCE, report, SCALE, SEED } from './scale.ts'

const NAME = `replicas_${randomUUID().replaceAll('-', '')}`
const missing = (await missingService('Redis')) || (await missingService('PostgreSQL'))
const STORES = [
  ['Redis', REDIS_URL],
  ['PostgreSQL', POSTGRES_URL],
] as const
const CALLERS = 20
const ROUNDS = SCALE.replicaRounds
const ROUNDS_PER_KILL = Math.ceil(ROUNDS / SCALE.replicaKills)

describe.skipIf(missing !== '')(`two replicas of an authorization server${missing}`, () => {
  afterAll(() => cleanUp(NAME))

  test.each(STORES)(
    `SEC-220 SEC-230 over %s: ${ROUNDS} races, a replica killed in between (FAULTS_SEED=${SEED})`,
    { timeout: PATIENCE },
    async (store, url) => {
      const world = await startWorld(url, NAME)
      const random = createRandom(SEED)
      let tokens = await signIn(world)
      let kills = 0
      for (let round = 1; round <= ROUNDS; round += 1) {
        await expectOneWinner(world)
        const isLethal = round % ROUNDS_PER_KILL === 0
        const [next] = await Promise.all([
          expectOneSuccessor(world, tokens),
          isLethal && killOne(world, random),
        ])
        tokens = next
        kills += Number(isLethal)
        await expectOneRenewal(world, tokens)
      }
      report({
        what: `${ROUNDS.toLocaleString('en')} races of ${CALLERS} callers for a code, a refresh token and an upstream's token, at two authorization servers of which one was killed ${kills} times (SIGKILL)`,
        store,
        found:
          'one winner for each code, one successor for each refresh token, one call to the upstream for each of its tokens; nobody was signed out',
      })
    },
  )
})

async function signIn(world: World): Promise<Tokens> {
  const { status, body } = await untilAnswered(world.replicas, 0, async (replica) =>
    postToken(replica, await world.obtainCode()),
  )
  expect(status).toBe(200)
  return body
}

/** Of all that present a code, one gets tokens. */
async function expectOneWinner({ replicas, obtainCode }: World): Promise<void> {
  const code = await obtainCode()
  const answers = await race((caller) => postToken(one(replicas, caller), code))
  const statuses = answers.map((answer) => answer?.status)
  expect(statuses.filter((status) => status === 200)).toHaveLength(1)
  expect(statuses.filter((status) => status === 400)).toHaveLength(CALLERS - 1)
}

/** All that present a refresh token get the same successor, whoever dies meanwhile. */
async function expectOneSuccessor({ replicas, clientId }: World, tokens: Tokens): Promise<Tokens> {
  const parameters = {
    grant_type: 'refresh_token',
    client_id: clientId,
    refresh_token: String(tokens['refresh_token']),
  }
  const answers = await race((caller) =>
    untilAnswered(replicas, caller, (replica) => postToken(replica, parameters)),
  )
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]))
  const successors = new Set(answers.map(({ body }) => body['refresh_token']))
  expect(successors.size).toBe(1)
  expect(successors).not.toContain(parameters.refresh_token)
  return answers[0]?.body ?? {}
}

/** One of all that need the upstream's token renews it, and all get it. */
async function expectOneRenewal(world: World, tokens: Tokens): Promise<void> {
  const accessToken = String(tokens['access_token'])
  await world.expireUpstreamToken(accessToken)
  const before = world.countUpstreamCalls()
  const answers = await race((caller) => callTool(one(world.replicas, caller), accessToken))
  expect(new Set(answers.map((answer) => answer?.status))).toEqual(new Set([200]))
  expect(new Set(answers.map((answer) => answer?.body['accessToken'])).size).toBe(1)
  expect(world.countUpstreamCalls() - before).toBe(1)
}

async function killOne({ replicas, restart }: World, random: Random): Promise<void> {
  const victim = random(replicas.length)
  await sleep(random(40))
  await replicas[victim]?.kill()
  await restart(victim)
}

function race<Result>(run: (caller: number) => Promise<Result>): Promise<Result[]> {
  return Promise.all(Array.from({ length: CALLERS }, (_, caller) => run(caller)))
}
