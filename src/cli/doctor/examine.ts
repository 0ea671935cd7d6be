import type { CliIo } from '../io.ts'
import { type Ask, createAsk } from './ask.ts'
import { type CallbackListener, listenForCallback } from './callback-listener.ts'
import { bearerChallenge } from './challenge.ts'
import { knownClient, type OAuthClient, registerClient } from './oauth-client.ts'
import type { AuthorizationServerSeen, Observations } from './observations.ts'
import { tryRegistration, unregister } from './register.ts'
import type { RegistrationSeen } from './registration.ts'
import type { SignInSeen } from './sign-in-seen.ts'
import { failedSignIn, tryToken } from './try-token.ts'
import { walk } from './walk.ts'

/** What the user of the command has asked for. */
export interface Visit {
  readonly url: URL
  readonly written: string
  /** As `hostKey` writes them. */
  readonly hosts: ReadonlySet<string>
  readonly isActive: boolean
  readonly isSigningIn: boolean
  readonly clientId: string | undefined
  readonly port: number
  readonly scope: string | undefined
  readonly tool: string | undefined
  readonly waitSeconds: number
  readonly opensBrowser: boolean
  readonly timeoutSeconds: number
}

type Walked = Omit<Observations, 'registration' | 'signIn'>

/** Walks a server, and does what its user has allowed beyond that. */
export async function examine(visit: Visit, io: CliIo): Promise<Observations> {
  const { hosts } = visit
  const ask = createAsk({ hosts, fetch: io.fetch ?? globalThis.fetch, now: io.now })
  const walked = await walk(visit, ask)
  const quiet = { ...walked, registration: undefined, signIn: undefined }
  if (!visit.isActive && !visit.isSigningIn) return quiet
  const server = walked.authorizationServers.find(({ metadata }) => metadata !== undefined)
  if (server === undefined) return quiet
  const listener = await listenForCallback(visit.port)
  try {
    return { ...walked, ...(await goOn({ visit, io, ask, walked, server, listener })) }
  } finally {
    await listener.close()
  }
}

interface Surroundings {
  readonly visit: Visit
  readonly io: CliIo
  readonly ask: Ask
  readonly walked: Walked
  readonly server: AuthorizationServerSeen
  readonly listener: CallbackListener
}

async function goOn(
  surroundings: Surroundings,
): Promise<Pick<Observations, 'registration' | 'signIn'>> {
  const { visit, ask, server } = surroundings
  if (!server.isNamed) {
    const { hostname } = new URL(server.issuer)
    const failure = `${hostname} is another host: name it with --hosts ${hostname}`
    return {
      registration: undefined,
      signIn: visit.isSigningIn ? failedSignIn(failure) : undefined,
    }
  }
  const { registration, client, failure } = await becomeClient(surroundings)
  try {
    const signIn = visit.isSigningIn ? await signInAs(surroundings, client, failure) : undefined
    return { registration, signIn }
  } finally {
    if (client !== undefined && visit.clientId === undefined) await unregister(client, ask)
  }
}

interface Membership {
  readonly registration: RegistrationSeen | undefined
  readonly client: OAuthClient | undefined
  /** Why there is no client. */
  readonly failure: string
}

async function becomeClient({ visit, ask, server, listener }: Surroundings): Promise<Membership> {
  const hasEndpoint = typeof server.metadata?.['registration_endpoint'] === 'string'
  const none = hasEndpoint
    ? 'the registration was refused'
    : 'clients cannot register: name one with --client-id'
  if (visit.isActive && hasEndpoint) {
    const { seen, client } = await tryRegistration(server, listener.redirectUri, ask)
    if (visit.clientId === undefined) return { registration: seen, client, failure: none }
    const known = await knownClient(server, visit.clientId, ask)
    if (client !== undefined) await unregister(client, ask)
    return { registration: seen, client: known, failure: none }
  }
  if (visit.clientId !== undefined) {
    const client = await knownClient(server, visit.clientId, ask)
    return { registration: undefined, client, failure: none }
  }
  if (!hasEndpoint || !visit.isSigningIn) {
    return { registration: undefined, client: undefined, failure: none }
  }
  const client = await registerClient(server, listener.redirectUri, ask)
  return 'failure' in client
    ? { registration: undefined, client: undefined, failure: `${none} (${client.failure})` }
    : { registration: undefined, client, failure: none }
}

async function signInAs(
  { visit, io, ask, walked, listener }: Surroundings,
  client: OAuthClient | undefined,
  failure: string,
): Promise<SignInSeen> {
  if (client === undefined) return failedSignIn(failure)
  const { url, tool, waitSeconds, timeoutSeconds } = visit
  const named = walked.resourceMetadata?.['resource']
  const world = {
    client,
    listener,
    timeoutSeconds,
    resource: typeof named === 'string' ? named : url.href,
    scope: visit.scope ?? scopeOf(walked),
    show: (address: string) => show(address, visit, io),
  }
  return tryToken({ world, url, ask, tool, waitSeconds })
}

/** As clients choose it: the challenge, else all that the metadata lists. */
function scopeOf({ initialize, resourceMetadata }: Walked): string | undefined {
  const listed = resourceMetadata?.['scopes_supported']
  const challenged = bearerChallenge(initialize)?.get('scope')
  return challenged ?? (Array.isArray(listed) ? listed.join(' ') : undefined)
}

async function show(address: string, { opensBrowser }: Visit, io: CliIo): Promise<void> {
  io.stderr.write(`Sign in here:\n${address}\n`)
  if (!opensBrowser || io.openUrl === undefined) return
  await io.openUrl(address).catch(() => {
    io.stderr.write('No browser could be opened: open that page yourself.\n')
  })
}
