import { generateKeyPairSync } from 'node:crypto'
import type { ResourceServer } from 'mcp-gatehouse'
import { expect, test } from 'vitest'
import { gatehouse as custom } from '../../examples/recipes/custom-tokens.ts'
import { createGatehouse as createGithub } from '../../examples/recipes/github-tokens.ts'
import { gatehouse as google } from '../../examples/recipes/google-tokens.ts'
import { createGatehouse as createIntrospection } from '../../examples/recipes/introspection.ts'
import { createGatehouse as createSigned } from '../../examples/recipes/introspection-signed.ts'
import { gatehouse as userinfo } from '../../examples/recipes/userinfo-tokens.ts'

const privateKey = {
  ...generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' }),
  alg: 'ES256',
}

test.each<[string, () => ResourceServer]>([
  ['introspection', () => createIntrospection('secret')],
  ['signed introspection', () => createSigned(privateKey)],
  ['GitHub', () => createGithub('secret')],
  ['Google', () => google],
  ['userinfo', () => userinfo],
  ['a function', () => custom],
])('the recipe for tokens that are no JWT, %s, asks for a token', async (_what, create) => {
  const admission = await create().authenticate(new Request('https://mcp.example.com/mcp'))
  expect(admission instanceof Response && admission.status).toBe(401)
})

test('the recipe with a function refuses a token that it does not know', async () => {
  const headers = { authorization: 'Bearer unknown' }
  const request = new Request('https://mcp.example.com/mcp', { headers })
  const admission = await custom.authenticate(request)
  expect(admission instanceof Response && admission.status).toBe(401)
})
