import { expect, test } from 'vitest'
import { parseDocument } from '../../src/authorization-server/clients/parse-document.ts'
import { parseClientsOptions } from '../../src/authorization-server/clients/settings.ts'
import { JWT_BEARER } from './enterprise-world.ts'
import { createKeyClient } from './world.ts'

const CLIENT_ID = 'https://agent.example.com/client.json'
const { jwks } = createKeyClient()

/** The grants that a client gets by its metadata document. */
function grantsOf(method: string, takesIdentityAssertions: boolean): readonly string[] | undefined {
  const document = {
    client_id: CLIENT_ID,
    client_name: 'Agent',
    redirect_uris: ['https://agent.example.com/cb'],
    grant_types: ['authorization_code', JWT_BEARER],
    token_endpoint_auth_method: method,
    jwks,
  }
  const { rules } = parseClientsOptions({}, 'never', takesIdentityAssertions)
  const verdict = parseDocument(
    new TextEncoder().encode(JSON.stringify(document)),
    CLIENT_ID,
    rules,
  )
  return verdict.ok ? verdict.metadata.grant_types : undefined
}

test('EMA-09 a client with a metadata document redeems assertions with its private key only', () => {
  expect(grantsOf('private_key_jwt', true)).toContain(JWT_BEARER)
  expect(grantsOf('none', true)).not.toContain(JWT_BEARER)
  expect(grantsOf('private_key_jwt', false)).not.toContain(JWT_BEARER)
})
