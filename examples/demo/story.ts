import { ProtocolError } from '@modelcontextprotocol/client'
import { createScriptedBrowser, type SignIn } from 'mcp-gatehouse/testing'
import { createNotesClient, type NotesClient } from './notes-client.ts'
import { createRecordingFetch, type Exchange, type OnExchange } from './recorder.ts'
import { printHeading } from './terminal.ts'

/** Who can sign in, by name. */
export type Users = Readonly<Record<string, { readonly password: string }>>

/** Goes through everything that a client of a protected server meets; throws where it differs. */
export async function tellStory(serverUrl: string, users: Users, print: OnExchange): Promise<void> {
  const alice = await signInAndCall(serverUrl, signInOf(users, 'alice'), print)
  await refuseForgery(serverUrl, alice.accessToken(), print)
  await refuseRole(serverUrl, signInOf(users, 'bob'), print)
  await alice.close()
}

async function signInAndCall(
  serverUrl: string,
  signIn: SignIn,
  print: OnExchange,
): Promise<NotesClient> {
  const client = createNotesClient(serverUrl, createRecordingFetch('client', print))
  const browser = createScriptedBrowser({ fetch: createRecordingFetch('browser', print) })

  printHeading('1  A client that knows only the URL finds out where to sign in')
  const authorizationUrl = await client.discover()

  printHeading(`2  ${signIn.username} allows it, and signs in where her company's users do`)
  const callback = await browser.authorize(authorizationUrl, signIn)
  await client.finishSignIn(callback)

  printHeading('3  With a token for this server alone, the client calls a tool')
  await client.connect()
  const text = await client.callTool('add_note', { text: 'Buy milk' })
  check(text === 'Notes of Alice Liddell: Buy milk', `the tool answered ${JSON.stringify(text)}`)
  return client
}

async function refuseForgery(serverUrl: string, token: string, print: OnExchange): Promise<void> {
  printHeading('4  A token that was changed to name another user is refused')
  let refusal: Exchange | undefined
  const fetch = createRecordingFetch('client', (exchange) => {
    refusal = exchange
    print(exchange)
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

async function refuseRole(serverUrl: string, signIn: SignIn, print: OnExchange): Promise<void> {
  printHeading(
    `5  ${signIn.username} signs in too, without the role for a tool: for him there is none`,
  )
  let refusal: Exchange | undefined
  const fetch = createRecordingFetch('client', (exchange) => {
    // Up to its token, his client does what alice's did.
    if (exchange.status === 401 || exchange.url.href !== serverUrl) return
    refusal = exchange
    print(exchange)
  })
  const client = createNotesClient(serverUrl, fetch)
  const browser = createScriptedBrowser()
  await client.finishSignIn(await browser.authorize(await client.discover(), signIn))
  await client.connect()
  const tools = await client.listTools()
  check(tools.join() === 'add_note', `bob was shown ${tools.join()}`)
  const error: unknown = await client.callTool('delete_all_notes').catch((reason) => reason)
  check(error instanceof ProtocolError, `bob was answered ${refusal?.received}`)
  await client.close()
}

/** The same token, naming another user. */
function forge(token: string): string {
  const [header, payload = '', signature] = token.split('.')
  const claims: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString())
  const forged = JSON.stringify(Object.assign(Object(claims), { sub: 'admin' }))
  return [header, Buffer.from(forged).toString('base64url'), signature].join('.')
}

function signInOf(users: Users, username: string): SignIn {
  return { username, password: users[username]?.password ?? '' }
}

function check(holds: boolean, otherwise: string): void {
  if (!holds) throw new Error(otherwise)
}
