import { fetchServerMetadata } from 'mcp-gatehouse'
import { describe, expect, test } from 'vitest'

const ISSUER = 'https://id.example.com/t1'
const DOCUMENT = { issuer: ISSUER, jwks_uri: 'https://id.example.com/jwks', custom: [1] }
const INSERTED = 'https://id.example.com/.well-known/openid-configuration/t1'

/** A `fetch` that has one document at one place. */
function documentAt(place: string, document: unknown = DOCUMENT) {
  return async (url: string) =>
    url === place ? Response.json(document) : new Response('', { status: 404 })
}

describe('fetchServerMetadata', () => {
  test('looks at the well-known locations, and keeps every field', async () => {
    const metadata = await fetchServerMetadata(ISSUER, { fetch: documentAt(INSERTED) })
    expect(metadata).toEqual(DOCUMENT)
  })

  test('looks nowhere else where it is told the location', async () => {
    const metadataUrl = 'https://id.example.com/metadata.json'
    const asked: string[] = []
    const answer = documentAt(metadataUrl)
    const fetch = (url: string) => {
      asked.push(url)
      return answer(url)
    }
    expect(await fetchServerMetadata(ISSUER, { metadataUrl, fetch })).toEqual(DOCUMENT)
    expect(asked).toEqual([metadataUrl])
  })

  test('patches a document before it is validated', async () => {
    const fetch = documentAt(INSERTED, { ...DOCUMENT, issuer: 'https://id.example.com/T1' })
    await expect(fetchServerMetadata(ISSUER, { fetch })).rejects.toMatchObject({
      name: 'UpstreamError',
      code: 'ERR_UPSTREAM_ISSUER_MISMATCH',
    })
    const transformMetadata = (document: object) => ({ ...document, issuer: ISSUER })
    expect(await fetchServerMetadata(ISSUER, { fetch, transformMetadata })).toEqual(DOCUMENT)
  })

  test('says that there is none', async () => {
    const fetch = documentAt('nowhere')
    await expect(fetchServerMetadata(ISSUER, { fetch })).rejects.toMatchObject({
      code: 'ERR_UPSTREAM_METADATA_NOT_FOUND',
      retryable: false,
    })
  })

  test.each([
    ['fetchServerMetadata: issuer', 'http://id.example.com', {}],
    ['fetchServerMetadata: issuer', 'http://127.0.0.1:1', {}],
    ['fetchServerMetadata: metadataUrl', ISSUER, { metadataUrl: 'http://id.example.com/m' }],
  ])('asks nobody over http: %s %s', async (subject, issuer, options) => {
    const fetch = () => Promise.reject(new Error('asked'))
    await expect(fetchServerMetadata(issuer, { fetch, ...options })).rejects.toMatchObject({
      code: 'ERR_CONFIG_NOT_HTTPS',
      message: expect.stringContaining(`${subject}: `) as string,
    })
  })
})
