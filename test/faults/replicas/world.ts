import { decodeJwt } from 'jose'
import { createScriptedBrowser, type FormEntry, startKeycloak } from 'mcp-gatehouse/testing'
import { onTestFinished } from 'vitest'
import {
  credentialKey,
  formatCredential,
  readCredential,
} from '../../../src/authorization-server/upstream/credential.ts'
import { generateKey } from '../../../src/keys/index.ts'
import type { Storage } from '../../../src/storage/index.ts'
import { freePort } from '../../contract/free-port.ts'
import { createAuthorizationRequest, register } from '../../testing/flow.ts'
import { openPlace, type Place } from '../places.ts'
import { type Replica, startReplica } from './start-replica.ts'

const REDIRECT_URI = 'https://app.example.com/cb'
/** On our consent page, and on the two pages of the provider. */
const SIGN_IN: readonly FormEntry[] = [
  { fields: { remember: ['yes'] }, button: 'Allow' },
  { fields: { username: 'alice', password: 'wonderland' }, button: 'Sign in' },
  { button: 'Allow' },
]

/** Two replicas in front of an emulated provider, over one store. */
export interface World {
  /** Two of them; a round replaces one that it has killed. */
  readonly replicas: Replica[]
  readonly restart: (index: number) => Promise<void>
  /** A code for somebody who has signed in, and has asked not to be asked again. */
  readonly obtainCode: () => Promise<Readonly<Record<string, string>>>
  readonly clientId: string
  /** Requests to the upstream's token endpoint so far. */
  readonly countUpstreamCalls: () => number
  /** Lets the upstream's token run out of the user whose access token it is. */
  readonly expireUpstreamToken: (accessToken: string) => Promise<void>
}

/** @param name Names what is kept in the store at `url`. It is all closed when the test is over. */
export async function startWorld(url: string, name: string): Promise<World> {
  const ports = [await freePort(), await freePort()]
  const issuer = `http://127.0.0.1:${ports[0]}`
  const resource = `${issuer}/mcp`
  const provider = await startKeycloak({ redirectUris: [`${issuer}/callback/upstream`] })
  const keysOf = async (use: 'cookies' | 'signing' | 'storage') => ({
    keys: [await generateKey({ use })],
  })
  const place: Place = {
    url,
    options: { prefix: name, schema: name },
    keys: await keysOf('storage'),
  }
  const keys = { signing: await keysOf('signing'), cookies: await keysOf('cookies') }
  const upstream = {
    issuer: provider.issuer,
    clientId: provider.clientId,
    clientSecret: provider.clientSecret,
    allowInsecureLoopback: true,
  }
  const start = (index: number) =>
    startReplica({ issuer, resource, port: ports[index] ?? 0, place, keys, upstream })
  const replicas = await Promise.all([start(0), start(1)])
  const storage = await openPlace(place)
  onTestFinished(async () => {
    await Promise.all(replicas.map((replica) => replica.kill()))
    await provider.close()
    await storage.close()
  })

  const { client } = await register(issuer, { redirect_uris: [REDIRECT_URI] })
  const clientId = String(client['client_id'])
  return {
    replicas,
    restart: async (index) => {
      replicas[index] = await start(index)
    },
    obtainCode: createCodes(issuer, clientId, resource),
    clientId,
    countUpstreamCalls: () => provider.requests.filter((line) => line.endsWith('/token')).length,
    expireUpstreamToken: (accessToken) =>
      expireCredential(storage, issuer, decodeJwt(accessToken).sub ?? ''),
  }
}

/** The first time somebody signs in, and then their session is enough. */
function createCodes(issuer: string, clientId: string, resource: string): World['obtainCode'] {
  const browser = createScriptedBrowser()
  const parameters = { redirect_uri: REDIRECT_URI, resource }
  return async () => {
    const { url, codeVerifier } = createAuthorizationRequest(issuer, clientId, parameters)
    let stop = await browser.open(url)
    for (const entry of stop.kind === 'page' ? SIGN_IN : []) {
      if (stop.kind === 'page') stop = await browser.submit(stop, entry)
    }
    const code = stop.url.searchParams.get('code')
    if (code === null) throw new Error(`no code: ${stop.url.href}`)
    return {
      grant_type: 'authorization_code',
      client_id: clientId,
      code,
      code_verifier: codeVerifier,
      redirect_uri: REDIRECT_URI,
    }
  }
}

async function expireCredential(
  storage: Storage,
  tenant: string,
  accountId: string,
): Promise<void> {
  const key = await credentialKey({ tenant, accountId, upstream: 'upstream' })
  const stored = await readCredential(storage, key)
  if (stored === undefined) throw new Error('no upstream token')
  const over = Math.floor(Date.now() / 1_000) - 60
  const { value, options } = formatCredential({
    ...stored.credential,
    expiresAt: over,
    refreshAt: over,
  })
  if (!(await storage.compareAndSwap(key, stored.version, value, options)))
    throw new Error('changed')
}
