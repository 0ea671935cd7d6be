import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { runExample } from './run-example.ts'

test('the whoami server knows its users, and believes nobody who only has its public key', async () => {
  expect(await runExample('examples/jwe/client.ts')).toEqual({
    code: 0,
    stderr: '',
    stdout: `the server knows alice by name, e-mail address and role
her client carries the token, and can read nothing of her in it
a token with an empty name or e-mail address is refused, and the server knows why
a token made only from the published key is refused
so is one that somebody else has signed
and one for another server
`,
  })
})

test.each(['server', 'portal', 'client'])('its %s is short', (name) => {
  const lines = readFileSync(`examples/jwe/${name}.ts`, 'utf8').split('\n')
  expect(lines.length).toBeLessThan(120)
})
