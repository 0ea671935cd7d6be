import { expect, onTestFinished, test } from 'vitest'
import {
  ask,
  createRecordingBrowser,
  expectCallback,
  expectPage,
} from '../authorization-server/user-agent.ts'
import {
  type AsWorld,
  startAuthorizationServer,
  WEB_REDIRECT_URI,
} from '../authorization-server/world.ts'
import { ALICE, createAuthorizationRequest, register } from '../testing/flow.ts'

/** Name and value of a `Set-Cookie` line. */
function pairOf(line: string): readonly [name: string, value: string] {
  const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
  return [name, value]
}

/** A user who has signed in, and asked to be remembered. @returns The last cookies, by name. */
async function rememberAlice(url: URL): Promise<ReadonlyMap<string, string>> {
  const { browser, answers } = createRecordingBrowser()
  const consent = expectPage(await browser.open(url))
  const remember = { button: 'Allow', fields: { remember: ['yes'] } }
  const signIn = expectPage(await browser.submit(consent, remember))
  const { username, password } = ALICE
  expectCallback(
    await browser.submit(signIn, { button: 'Sign in', fields: { username, password } }),
  )
  return new Map(answers.flatMap(({ headers }) => headers.getSetCookie().map(pairOf)))
}

/** Whether somebody is asked who sends these cookies with a request. */
async function isAsked(
  { issuer }: AsWorld,
  url: URL,
  cookies: Readonly<Record<string, string | undefined>>,
): Promise<boolean> {
  const sent = Object.entries(cookies).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}=${value}`],
  )
  const start = await ask(url, { headers: { cookie: sent.join('; ') } })
  const interaction = start.headers.getSetCookie().map((line) => pairOf(line).join('='))
  const page = await ask(new URL(start.headers.get('location') ?? '', issuer), {
    headers: { cookie: [...sent, ...interaction].join('; ') },
  })
  expect([200, 303]).toContain(page.status)
  return page.status === 200
}

test('SEC-169 SEC-170 the session of a user who is remembered skips the page as it is, and not when anything of its cookies was changed', async () => {
  const world = await startAuthorizationServer()
  onTestFinished(() => world.close())
  const redirect_uris = [WEB_REDIRECT_URI]
  const { client } = await register(world.issuer, { application_type: 'web', redirect_uris })
  const url = (): URL =>
    createAuthorizationRequest(world.issuer, String(client['client_id']), {
      redirect_uri: WEB_REDIRECT_URI,
    }).url

  const name = `gatehouse-session-${new URL(world.issuer).port}`
  const cookies = await rememberAlice(url())
  const [session = '', signature = ''] = [cookies.get(name), cookies.get(`${name}.sig`)]
  expect(await isAsked(world, url(), { [name]: session, [`${name}.sig`]: signature })).toBe(false)

  const last = session.endsWith('A') ? 'B' : 'A'
  const forged = [
    [session, undefined],
    [session, 'A'.repeat(signature.length)],
    [session, signature.slice(0, -1)],
    [session.slice(0, -1) + last, signature],
    ['A'.repeat(session.length), signature],
    [undefined, signature],
    [undefined, undefined],
  ] as const
  for (const [value, sign] of forged) {
    expect(await isAsked(world, url(), { [name]: value, [`${name}.sig`]: sign })).toBe(true)
  }
})
