import { decodeJwt } from 'jose'
import {
  createScriptedBrowser,
  type EmulatedProvider,
  type FormEntry,
  startKeycloak,
} from 'mcp-gatehouse/testing'
import { onTestFinished } from 'vitest'
import {
  CREDENTIAL_FORMAT,
  credentialKey,
} from '../../../src/authorization-server/upstream/credential.ts'
import { generateKey } from '../../../src/keys/index.ts'
import { createCredentialRecords } from '../../../src/oauth-client/credential-records.ts'
import type { Storage } from '../../../src/storage/index.ts'
import { freePort } from '../../contract/free-port.ts'
import { createAuthorizationRequest, register } from '../../testing/flow.ts'
import { openPlace, type Place } from '../places.ts'
import { type Replica, startReplica } from './start-replica.ts'

export const REDIRECT_URI = 'https://app.example.com/cb'
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
  const site = await openSite(url, name, ports[0] ?? 0)
  const { issuer, resource, storage, provider } = site
  const start = (index: number) => site.start(ports[index] ?? 0)
  const replicas = await Promise.all([start(0), start(1)])
  onTestFinished(async () => {
    await Promise.all(replicas.map((replica) => replica.kill()))
  })
  const clientId = await registerClient(issuer)
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

/** What replicas of one authorization server share. */
export interface Site {
  readonly issuer: string
  readonly resource: string
  readonly provider: EmulatedProvider
  readonly storage: Storage
  start(port: number): Promise<Replica>
}

/** @param port Of the issuer. */
export async function openSite(url: string, name: string, port: number): Promise<Site> {
  const issuer = `http://127.0.0.1:${port}`
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
  const storage = await openPlace(place)
  onTestFinished(async () => {
    await provider.close()
    await storage.close()
  })
  const start = (at: number) => startReplica({ issuer, resource, port: at, place, keys, upstream })
  return { issuer, resource, provider, storage, start }
}

/** @returns Its `client_id`. */
export async function registerClient(issuer: string): Promise<string> {
  const { client } = await register(issuer, { redirect_uris: [REDIRECT_URI] })
  return String(client['client_id'])
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
  const stored = await createCredentialRecords(storage, CREDENTIAL_FORMAT).read(key)
  if (stored === undefined) throw new Error('no upstream token')
  const over = Math.floor(Date.now() / 1_000) - 60
  const { value, options } = CREDENTIAL_FORMAT.format({
    ...stored.credential,
    expiresAt: over,
    refreshAt: over,
  })
  if (!(await storage.compareAndSwap(key, stored.version, value, options)))
    throw new Error('changed')
}
