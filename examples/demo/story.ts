import { InsufficientScopeError } from '@modelcontextprotocol/client'
import { createScriptedBrowser, type SignIn, type TestUsers } from 'mcp-gatehouse/testing'
import { createNotesClient, type NotesClient } from './notes-client.ts'
import { createRecordingFetch, type Exchange } from './recorder.ts'
import { printExchange, printHeading } from './terminal.ts'

/** Goes through everything that a client of a protected server meets; throws where it differs. */
export async function tellStory(serverUrl: string, users: TestUsers): Promise<void> {
  const alice = await signInAndCall(serverUrl, signInOf(users, 'alice'))
  await refuseForgery(serverUrl, alice.accessToken())
  await refuseNarrowToken(serverUrl, signInOf(users, 'bob'))
  await alice.close()
}

async function signInAndCall(serverUrl: string, signIn: SignIn): Promise<NotesClient> {
  const client = createNotesClient(serverUrl, createRecordingFetch('client', printExchange))
  const browser = createScriptedBrowser({ fetch: createRecordingFetch('browser', printExchange) })

  printHeading('1  A client that knows only the URL finds out where to sign in')
  const authorizationUrl = await client.discover()

  printHeading(`2  ${signIn.username} signs in and says yes, in the browser`)
  const callback = await browser.authorize(authorizationUrl, signIn)
  await client.finishSignIn(callback)

  printHeading('3  With the token, the client calls a tool')
  const text = await client.addNote('Buy milk')
  check(text === 'Notes of alice: Buy milk', `the tool answered ${JSON.stringify(text)}`)
  return client
}

async function refuseForgery(serverUrl: string, token: string): Promise<void> {
  printHeading('4  A token that was changed to name another user is refused')
  let refusal: Exchange | undefined
  const fetch = createRecordingFetch('client', (exchange) => {
    refusal = exchange
    printExchange(exchange)
  })
  await fetch(serverUrl, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${forge(token)}`,
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
    },
    body: JSON.stringify({
      jsonrpc: '2.0',
      id: 1,
      method: 'tools/call',
      params: { name: 'add_note', arguments: { text: 'Mine now' } },
    }),
  })
  const challenge = refusal?.headers.get('www-authenticate') ?? ''
  check(
    refusal?.status === 401 && challenge.includes('error="invalid_token"'),
    `a forged token was answered ${refusal?.status} ${challenge}`,
  )
}

async function refuseNarrowToken(serverUrl: string, signIn: SignIn): Promise<void> {
  printHeading(`5  ${signIn.username} can only grant reading, and his token is refused too`)
  const client = createNotesClient(serverUrl, createRecordingFetch('client', printNews))
  const browser = createScriptedBrowser({ fetch: createRecordingFetch('browser', printNews) })
  await client.finishSignIn(await browser.authorize(await client.discover(), signIn))
  const error: unknown = await client.addNote('Buy bread').catch((reason: unknown) => reason)
  check(
    error instanceof InsufficientScopeError,
    `bob was not refused for his scope: ${String(error)}`,
  )
  await client.close()
}

/** What alice's client did up to the sign-in is the same for every client. */
function printNews(exchange: Exchange): void {
  const { url, status } = exchange
  const isOld = status === 401 || /^\/(?:\.well-known|register|authorize)/.test(url.pathname)
  if (!isOld) printExchange(exchange)
}

/** The same token, naming another user. */
function forge(token: string): string {
  const [header, payload = '', signature] = token.split('.')
  const claims: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString())
  const forged = JSON.stringify(Object.assign(Object(claims), { sub: 'admin' }))
  return [header, Buffer.from(forged).toString('base64url'), signature].join('.')
}

function signInOf(users: TestUsers, username: string): SignIn {
  return { username, password: users[username]?.password ?? '' }
}

function check(holds: boolean, otherwise: string): void {
  if (!holds) throw new Error(otherwise)
}
