import { expect, test } from 'vitest'
import { createSessionClients } from '../../../src/gateway/session-clients.ts'
import type { Passage } from '../../../src/resource-server/index.ts'

const RESOURCE = 'https://mcp.example.com/mcp'

test.each([
  ['is noted', 'test', true],
  ['is not where it would fill the memory', 'x'.repeat(1_000_000), false],
])('what a client says of itself %s', (_what, name, isNoted) => {
  const clients = createSessionClients()
  const said = { capabilities: { elicitation: { url: {} } }, clientInfo: { name, version: '1' } }
  const passage = {
    parsedBody: { method: 'initialize', params: said },
    plan: () => ({}),
  } as unknown as Passage
  clients.watch(passage, RESOURCE).plan({ status: 200, header: () => 'one' })
  expect(clients.find(RESOURCE, 'one')).toEqual(isNoted ? said : undefined)
})
