import { createResourceServer } from 'mcp-gatehouse'
import { createLimits } from 'mcp-gatehouse/limits'
import { createPrincipal } from 'mcp-gatehouse/testing'

// Counts a million addresses, failures and subjects, and looks at tokens of many keys; prints what
// they have left in memory.

const MILLION = 1_000_000
const KIDS = 5_000
const { gc } = globalThis as { gc?: () => void }
const RESOURCE = 'https://mcp.example.com/mcp'
const ISSUER = 'https://id.example.com'
const context = {
  scope: RESOURCE,
  clock: { now: () => 0, elapsed: () => 0 },
  emit: () => undefined,
}
const open = createLimits({
  perAddress: '10/day',
  failuresPerAddress: '1/day',
  perPrincipal: '10/day',
}).open(context)
const gatehouse = createResourceServer({
  resource: RESOURCE,
  authorizationServers: [{ issuer: ISSUER, metadata: { issuer: ISSUER, jwks_uri: `${ISSUER}/k` } }],
  fetch: async () => Response.json({ keys: [] }),
})
const handle = gatehouse.protect(() => new Response('{}'))

function base64url(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}

function heldBytes(): number {
  gc?.()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

const principal = createPrincipal({ sub: 'alice' }, ISSUER)
const before = heldBytes()
let counted = 0
for (let i = 0; i < MILLION; i += 1) {
  const address = `10.${(i >> 16) & 255}.${(i >> 8) & 255}.${i & 255}`
  await open.countAddress(address)
  counted += 1
  if (i % 10 !== 0) continue
  open.failures?.note(address)
  await open.countCall({ ...principal, id: `${principal.id} ${i}` }, undefined)
  counted += 2
}
const exp = Math.floor(Date.now() / 1_000) + 600
for (let i = 0; i < KIDS; i += 1) {
  const header = base64url({ alg: 'RS256', kid: `kid ${i}` })
  const payload = base64url({ iss: ISSUER, aud: RESOURCE, sub: 'x', jti: `jti ${i}`, exp })
  const authorization = `Bearer ${header}.${payload}.${'a'.repeat(342)}`
  await handle(new Request(RESOURCE, { headers: { authorization } }))
  counted += 1
}
const megabytes = (heldBytes() - before) / 1e6
// What was counted last is still known: the limits were not collected with the rest.
const last = await open.countAddress('10.15.66.63')
if (last.exceeded !== undefined || !JSON.stringify(last.headers).includes('r=8')) counted = 0
process.stdout.write(JSON.stringify({ megabytes, counted }))
