import type { AuditEvent } from 'mcp-gatehouse'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { ALLOWED_ORIGIN, REFUSALS } from './matrix.ts'
import { metadataBehaviours } from './matrix-metadata.ts'
import { openWorld } from './world.ts'

const world = await openWorld({ server: { allowedOrigins: [ALLOWED_ORIGIN] } })
const { authorization_servers } = world.gatehouse.protectedResourceMetadata
const behaviours = [...REFUSALS, ...metadataBehaviours(authorization_servers)]
afterAll(() => world.close())
beforeEach(() => {
  world.takeEvents()
  world.takeSeen()
})

describe.each(world.apps)('%s', (_name, app) => {
  test.each(behaviours.map((behaviour) => [behaviour.title, behaviour] as const))(
    '%s',
    async (_title, { request, answer, event }) => {
      expect(await app.send(request(world.tokens))).toEqual(answer)
      expect(world.takeEvents().map(describeEvent)).toEqual([event])
      expect(world.takeSeen()).toEqual([])
    },
  )
})

function describeEvent(event: AuditEvent): string {
  if (event.type === 'auth.deny') return `${event.type} ${event.reason}`
  return event.type === 'public' ? `${event.type} ${event.what}` : event.type
}
