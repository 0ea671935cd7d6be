import type { AuditEvent } from 'mcp-gatehouse'
import { expect } from 'vitest'
import type { App } from '../adapters/platforms/index.ts'
import type { WireAnswer, WireRequest } from '../adapters/wire.ts'
import type { World } from '../adapters/world.ts'

/**
 * Runs a case on one platform of a world, with events and handler calls of earlier cases forgotten,
 * and checks afterwards that `Object.prototype` is what it was. That a request is one audit event
 * without a token in it is checked by {@link expectRefusal} and {@link takeReasons}.
 */
export function everywhere(
  world: World,
  run: (app: App, platform: string) => Promise<void>,
): (platform: string, app: App) => Promise<void> {
  return async (platform, app) => {
    world.takeEvents()
    world.takeSeen()
    const before = Reflect.ownKeys(Object.prototype)
    await run(app, platform)
    expect(Reflect.ownKeys(Object.prototype)).toEqual(before)
  }
}

/** Sends a request and expects exactly this refusal: on the wire, in the log, and no handler run. */
export async function expectRefusal(
  world: World,
  app: App,
  request: WireRequest,
  refusal: { readonly answer: WireAnswer; readonly reason: string },
): Promise<void> {
  expect(await app.send(request)).toEqual(refusal.answer)
  expect(takeReasons(world)).toEqual([refusal.reason])
  expect(world.takeSeen()).toEqual([])
}

/** What the events since the last look say: the reason of a refusal, or the type. */
export function takeReasons(world: World): readonly string[] {
  const events = world.takeEvents()
  expectNoToken(world, events)
  return events.map((event) => (event.type === 'auth.deny' ? event.reason : event.type))
}

function expectNoToken({ tokens }: World, events: readonly AuditEvent[]): void {
  const written = JSON.stringify(events, (_key, value: unknown) =>
    value instanceof Error ? `${value.message} ${value.stack}` : value,
  )
  const leaked = Object.entries(tokens).filter(([, token]) => written.includes(token))
  expect(leaked).toEqual([])
}
