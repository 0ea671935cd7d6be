import { describe, expect, test } from 'vitest'
import {
  loadServerMetadata,
  parseServerMetadata,
  type ServerMetadataOptions,
} from '../../../src/discovery/server-metadata-source.ts'

const ISSUER = 'https://id.example.com/t1'
const [INSERTED, OPENID_INSERTED, OPENID_APPENDED] = [
  'https://id.example.com/.well-known/oauth-authorization-server/t1',
  'https://id.example.com/.well-known/openid-configuration/t1',
  'https://id.example.com/t1/.well-known/openid-configuration',
] as const
const DOCUMENT = { issuer: ISSUER, jwks_uri: 'https://id.example.com/jwks' }

type Answers = Readonly<Record<string, () => Response | Promise<Response>>>

/** Options whose `fetch` answers from a table, and the URLs it was asked for. */
function optionsWith(
  answers: Answers,
  changes: Partial<ServerMetadataOptions> = {},
): { readonly options: ServerMetadataOptions; readonly asked: string[] } {
  const asked: string[] = []
  const options: ServerMetadataOptions = {
    issuer: ISSUER,
    metadataUrl: undefined,
    transformMetadata: undefined,
    allowInsecureLoopback: false,
    fetch: {
      fetch: async (url) => {
        asked.push(url)
        return (answers[url] ?? notFound)()
      },
    },
    ...changes,
  }
  return { options, asked }
}

const notFound = (): Response => new Response('not found', { status: 404 })
const page = (): Response =>
  new Response('<!doctype html>', { headers: { 'content-type': 'text/html' } })
const unavailable = (): Response => new Response('', { status: 503 })
const unreachable = (): Promise<Response> => Promise.reject(new TypeError('fetch failed'))
const metadata =
  (changes: object = {}) =>
  (): Response =>
    Response.json({ ...DOCUMENT, ...changes })

describe('loadServerMetadata', () => {
  test('reads the first location and no other', async () => {
    const { options, asked } = optionsWith({
      [INSERTED]: metadata(),
      [OPENID_INSERTED]: metadata(),
    })
    expect(await loadServerMetadata(options)).toMatchObject({ value: DOCUMENT })
    expect(asked).toEqual([INSERTED])
  })

  test('goes through the locations in the order of MCP', async () => {
    const { options, asked } = optionsWith({ [OPENID_APPENDED]: metadata() })
    expect(await loadServerMetadata(options)).toMatchObject({ value: DOCUMENT })
    expect(asked).toEqual([INSERTED, OPENID_INSERTED, OPENID_APPENDED])
  })

  test.each(['https://id.example.com', 'https://id.example.com/'])(
    'for %s there are two locations',
    async (issuer) => {
      const { options, asked } = optionsWith({}, { issuer })
      await expect(loadServerMetadata(options)).rejects.toMatchObject({
        code: 'ERR_UPSTREAM_METADATA_NOT_FOUND',
      })
      expect(asked).toEqual([
        'https://id.example.com/.well-known/oauth-authorization-server',
        'https://id.example.com/.well-known/openid-configuration',
      ])
    },
  )

  test('a slash at the end of the path is not doubled', async () => {
    const { options, asked } = optionsWith({}, { issuer: `${ISSUER}/` })
    await expect(loadServerMetadata(options)).rejects.toThrow('Metadata of')
    expect(asked).toEqual([INSERTED, OPENID_INSERTED, OPENID_APPENDED])
  })

  test.each([
    ['a page with status 200', page],
    ['404', notFound],
    ['401', () => new Response('', { status: 401 })],
    ['a redirect', () => new Response('', { status: 302, headers: { location: 'https://x' } })],
    ['an empty answer', () => new Response('')],
    ['a list', () => Response.json([DOCUMENT])],
    ['a text', () => Response.json('document')],
    ['null', () => Response.json(null)],
    ['503', unavailable],
    ['no answer', unreachable],
    ['more than 256 KiB', () => new Response('{}'.padEnd(262_145))],
  ])('%s is passed over', async (_name, answer) => {
    const { options, asked } = optionsWith({ [INSERTED]: answer, [OPENID_INSERTED]: metadata() })
    expect(await loadServerMetadata(options)).toMatchObject({ value: DOCUMENT })
    expect(asked).toEqual([INSERTED, OPENID_INSERTED])
  })

  test('a document of another issuer is a refusal, and no location after it is asked', async () => {
    const other = metadata({ issuer: 'https://evil.example.com' })
    const { options, asked } = optionsWith({ [INSERTED]: other, [OPENID_INSERTED]: metadata() })
    await expect(loadServerMetadata(options)).rejects.toMatchObject({
      code: 'ERR_UPSTREAM_ISSUER_MISMATCH',
      retryable: false,
    })
    expect(asked).toEqual([INSERTED])
  })

  test('where no location has it, the failure is final', async () => {
    const { options, asked } = optionsWith({ [INSERTED]: page })
    await expect(loadServerMetadata(options)).rejects.toMatchObject({
      code: 'ERR_UPSTREAM_METADATA_NOT_FOUND',
      retryable: false,
    })
    expect(asked).toHaveLength(3)
  })

  test.each([
    [unreachable, 'ERR_UPSTREAM_UNREACHABLE'],
    [unavailable, 'ERR_UPSTREAM_STATUS'],
  ])('where one could not be reached, the document may be there', async (answer, code) => {
    const { options } = optionsWith({ [OPENID_INSERTED]: answer })
    await expect(loadServerMetadata(options)).rejects.toMatchObject({ code, retryable: true })
  })

  test('with metadataUrl that alone is asked', async () => {
    const metadataUrl = 'https://id.example.com/custom'
    const { options, asked } = optionsWith({ [metadataUrl]: metadata() }, { metadataUrl })
    expect(await loadServerMetadata(options)).toMatchObject({ value: DOCUMENT })
    expect(asked).toEqual([metadataUrl])
    const missing = optionsWith({ [INSERTED]: metadata() }, { metadataUrl })
    await expect(loadServerMetadata(missing.options)).rejects.toMatchObject({
      code: 'ERR_UPSTREAM_METADATA_NOT_FOUND',
    })
    expect(missing.asked).toEqual([metadataUrl])
  })

  test('how long the document may be kept comes with it', async () => {
    const answer = (): Response =>
      Response.json(DOCUMENT, { headers: { 'cache-control': 'public, max-age=86400' } })
    const { options } = optionsWith({ [INSERTED]: answer })
    expect(await loadServerMetadata(options)).toMatchObject({ maxAgeSeconds: 86_400 })
  })
})

describe('parseServerMetadata', () => {
  const parse = (document: object, changes: Partial<ServerMetadataOptions> = {}): unknown =>
    parseServerMetadata({ ...document }, optionsWith({}, changes).options)

  test('keeps fields that it does not know', () => {
    const document = { ...DOCUMENT, x_custom: [1], authorization_endpoint: 'https://a' }
    expect(parse(document)).toEqual(document)
  })

  test('without jwks_uri it is a document all the same', () => {
    expect(parse({ issuer: ISSUER })).toEqual({ issuer: ISSUER })
  })

  test.each([
    `${ISSUER}/`,
    'https://ID.example.com/t1',
    'https://id.example.com',
    undefined,
    1,
    [ISSUER],
  ])('issuer %j is another one', (issuer) => {
    expect(() => parse({ ...DOCUMENT, issuer })).toThrow(
      expect.objectContaining({ code: 'ERR_UPSTREAM_ISSUER_MISMATCH' }),
    )
  })

  test('the document is patched before it is checked', () => {
    const transformMetadata = (document: object): Readonly<Record<string, unknown>> => ({
      ...document,
      issuer: ISSUER,
      code_challenge_methods_supported: ['S256'],
    })
    expect(
      parse({ ...DOCUMENT, issuer: 'https://sts.example.com' }, { transformMetadata }),
    ).toEqual({
      ...DOCUMENT,
      code_challenge_methods_supported: ['S256'],
    })
    const spoil = (): object => ({ ...DOCUMENT, jwks_uri: 'http://id.example.com/jwks' })
    expect(() => parse(DOCUMENT, { transformMetadata: spoil as typeof transformMetadata })).toThrow(
      expect.objectContaining({ code: 'ERR_UPSTREAM_METADATA_INVALID' }),
    )
  })

  test('jwks_uri may be http on a loopback address where that is allowed', () => {
    const document = { ...DOCUMENT, jwks_uri: 'http://127.0.0.1:4000/jwks' }
    expect(parse(document, { allowInsecureLoopback: true })).toEqual(document)
    expect(() => parse(document)).toThrow(
      expect.objectContaining({ code: 'ERR_UPSTREAM_METADATA_INVALID' }),
    )
  })
})
