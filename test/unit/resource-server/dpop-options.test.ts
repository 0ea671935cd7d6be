import { createResourceServer, type ErrorCode } from 'mcp-gatehouse'
import { createTokenIssuer } from 'mcp-gatehouse/testing'
import { afterAll, describe, expect, test } from 'vitest'
import { createDpopClient } from '../../security/support/dpop-client.ts'
import { create, expectConfigError, RESOURCE } from './creation.ts'

type Row = readonly [subject: string, code: ErrorCode, dpop: unknown]

describe('a mistake in the options is a ConfigError that names the option', () => {
  test.each<Row>([
    ['dpop (undefined; leave it out for its default)', 'ERR_CONFIG_OPTION_TYPE', undefined],
    ['dpop (an object)', 'ERR_CONFIG_OPTION_TYPE', null],
    ['dpop (an object)', 'ERR_CONFIG_OPTION_TYPE', true],
    ['dpop (an object)', 'ERR_CONFIG_OPTION_TYPE', 'required'],
    ['dpop.require', 'ERR_CONFIG_OPTION_UNKNOWN', { require: true }],
    ['dpop.required (a boolean)', 'ERR_CONFIG_OPTION_TYPE', { required: 'yes' }],
    [
      'dpop.required (undefined; leave it out for its default)',
      'ERR_CONFIG_OPTION_TYPE',
      { required: undefined },
    ],
    ['dpop.algorithms (an array)', 'ERR_CONFIG_OPTION_TYPE', { algorithms: [] }],
    ['dpop.algorithms (an array)', 'ERR_CONFIG_OPTION_TYPE', { algorithms: 'ES256' }],
    ['dpop.algorithms (HS256)', 'ERR_CONFIG_ALGORITHM_UNSUPPORTED', { algorithms: ['HS256'] }],
    ['dpop.algorithms (none)', 'ERR_CONFIG_ALGORITHM_UNSUPPORTED', { algorithms: ['none'] }],
    ['dpop.proofSeconds (1 to 300)', 'ERR_CONFIG_NUMBER_RANGE', { proofSeconds: 0 }],
    ['dpop.proofSeconds (1 to 300)', 'ERR_CONFIG_NUMBER_RANGE', { proofSeconds: 301 }],
    ['dpop.nonceSecret', 'ERR_CONFIG_SECRET_TOO_SHORT', { nonceSecret: 'a'.repeat(31) }],
    ['dpop.nonceSecret', 'ERR_CONFIG_SECRET_TOO_SHORT', { nonceSecret: new Uint8Array(31) }],
    ['dpop.nonceSecret', 'ERR_CONFIG_SECRET_TOO_SHORT', { nonceSecret: 32 }],
    [
      'dpop.nonceSecret (undefined; leave it out for its default)',
      'ERR_CONFIG_OPTION_TYPE',
      { nonceSecret: undefined },
    ],
    ['dpop.storage (a Storage)', 'ERR_CONFIG_OPTION_TYPE', { storage: {} }],
    [
      'dpop.storage (undefined; leave it out for its default)',
      'ERR_CONFIG_OPTION_TYPE',
      { storage: undefined },
    ],
    ['dpop.publicUrl (a function)', 'ERR_CONFIG_OPTION_TYPE', { publicUrl: RESOURCE }],
  ])('%s', (subject, code, dpop) => {
    expectConfigError(() => create({ dpop }), code, subject)
  })

  test('the metadata has one source', () => {
    const required = { dpop_bound_access_tokens_required: true }
    expectConfigError(
      () => create({ metadata: required }),
      'ERR_CONFIG_METADATA_FIELD',
      'metadata.dpop_bound_access_tokens_required (option dpop)',
    )
  })
})

test('without the option the metadata does not speak of it', () => {
  const fields = Object.keys(create({}).protectedResourceMetadata)
  expect(fields.filter((field) => field.startsWith('dpop'))).toEqual([])
})

describe('the public URL of a request', () => {
  const now = (): number => Math.floor(Date.now() / 1000)
  const issuer = createTokenIssuer()
  afterAll(async () => (await issuer).close())

  async function statusOf(path: string, htu: string, dpop: object = {}): Promise<number> {
    const tokens = await issuer
    const gatehouse = createResourceServer({
      resource: RESOURCE,
      authorizationServers: [tokens.issuer],
      allowInsecureLoopback: true,
      dpop,
    })
    const client = await createDpopClient(htu, now)
    const token = await tokens.mint({ aud: RESOURCE, cnf: { jkt: client.thumbprint } })
    const proof = await client.prove(token, { claims: { htm: 'GET' } })
    const headers = { authorization: `DPoP ${token}`, dpop: proof }
    // Where the request arrives is no name that clients know.
    const request = new Request(`http://10.0.0.7:3000${path}`, { headers })
    const admission = await gatehouse.authenticate(request)
    return admission instanceof Response ? admission.status : 200
  }

  test('is the origin of the resource and the path, wherever the request arrives', async () => {
    expect(await statusOf('/mcp', RESOURCE)).toBe(200)
    expect(await statusOf('/me?a=b', 'https://mcp.example.com/me')).toBe(200)
    expect(await statusOf('/me', RESOURCE)).toBe(401)
    expect(await statusOf('/mcp', 'http://10.0.0.7:3000/mcp')).toBe(401)
  })

  test('has no other host than the resource, whatever the path looks like', async () => {
    expect(await statusOf('//evil.example/mcp', 'https://evil.example/mcp')).toBe(401)
    expect(await statusOf('//evil.example/mcp', 'https://mcp.example.com//evil.example/mcp')).toBe(
      200,
    )
  })

  test('is what the option says, where a proxy changes paths', async () => {
    const dpop = {
      publicUrl: ({ path }: { readonly path: string }) => `https://mcp.example.com/tools${path}`,
    }
    expect(await statusOf('/mcp', 'https://mcp.example.com/tools/mcp', dpop)).toBe(200)
    expect(await statusOf('/mcp', RESOURCE, dpop)).toBe(401)
    expect(await statusOf('/mcp', RESOURCE, { publicUrl: () => 'no URL' })).toBe(401)
  })
})
