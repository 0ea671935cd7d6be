/**
 * Preloaded into an example's process: answers for `id.example.com`, which does not exist, from
 * the metadata and keys of the test's own issuer.
 */
const { ISSUER_METADATA: metadata, ISSUER_JWKS: jwks } = process.env

const platformFetch = globalThis.fetch
globalThis.fetch = async (input, init) => {
  const url = new URL(input instanceof Request ? input.url : input)
  if (url.hostname !== 'id.example.com') return platformFetch(input, init)
  return new Response(url.pathname.includes('/.well-known/') ? metadata : jwks)
}
