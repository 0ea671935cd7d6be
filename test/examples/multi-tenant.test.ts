import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { runExample } from './run-example.ts'

test('the server of several tenants mixes nothing, and lends its own key to nobody', async () => {
  expect(await runExample('examples/multi-tenant/client.ts')).toEqual({
    code: 0,
    stderr: '',
    stdout: `globex has booked the export; for acme there is no such tool
50 calls at once: each tenant gets its own orders, and no other
a token of acme does nothing at another tenant's endpoint
initech is not set up: it is refused, and the operator's key is never used
`,
  })
})

test.each(['server', 'client'])('its %s is short', (name) => {
  const lines = readFileSync(`examples/multi-tenant/${name}.ts`, 'utf8').split('\n')
  expect(lines.length).toBeLessThan(120)
})
