import { afterAll, beforeEach } from 'vitest'
import { bearer } from '../../adapters/world.ts'
import { ACCEPT } from '../../conformance/eras.ts'
import { ECHO } from '../../gateway/raw-upstream.ts'
import { openGatewayWorld } from '../../gateway/world.ts'

export type Lines = readonly (readonly [string, string])[]

export const MODERN = '2026-07-28'
export const READ = { name: 'read', arguments: {} }

/** A gateway in front of an upstream that echoes, where `read` is for all and `delete_all` is not. */
export const world: Awaited<ReturnType<typeof openGatewayWorld>> = await openGatewayWorld({
  route: {
    policy: {
      tools: { read: [], delete_all: 'admin' },
      resources: { 'note://{id}': [] },
    },
  },
})
/** The token of a caller without scopes. */
export const token: string = await world.mint()
afterAll(() => world.close())
beforeEach(() => {
  world.upstream.seen.length = 0
  world.events.length = 0
  world.upstream.respond = ECHO
})

/** The header of a POST of JSON with the token. */
export function jsonLines(lines: Lines): Lines {
  return [['Content-Type', 'application/json'], bearer(token), ACCEPT, ...lines]
}

/** Sends a text as it is. */
export function sendText(text: string, lines: Lines = [['MCP-Protocol-Version', '2025-11-25']]) {
  return world.send({ method: 'POST', headers: jsonLines(lines), body: text })
}
