import { createServer, type IncomingMessage } from 'node:http'
import {
  createScriptedBrowser,
  createTestAuthorizationServer,
  type Page,
  type TestAuthorizationServer,
} from 'mcp-gatehouse/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { close, listen } from '../../src/testing/loopback-server.ts'
import { ALICE, BOB, createAuthorizationRequest, register } from './flow.ts'

const seen: { readonly method: string; readonly url: string; readonly cookie?: string }[] = []
const site = createServer((req, res) => {
  const { method = '', url = '' } = req
  seen.push({
    method,
    url,
    ...(req.headers.cookie !== undefined && { cookie: req.headers.cookie }),
  })
  if (url === '/start') {
    res.setHeader('Set-Cookie', ['a=1; Path=/; HttpOnly', 'b=2; Path=/elsewhere'])
    res.writeHead(302, { Location: '/form' }).end()
  } else if (url === '/loop') {
    res.writeHead(302, { Location: '/loop' }).end()
  } else if (url === '/away') {
    res.writeHead(302, { Location: 'https://example.com/' }).end()
  } else if (method === 'POST') {
    void body(req).then((text) => res.end(`<p>${text}</p>`))
  } else {
    res.end(
      `<title>A &amp; B</title><style>p{}</style><p>Two\n  words</p>
       <form action="/send" method="POST"><input name="token" type="hidden" value="t&lt;1">
       <input name="who"><input type="checkbox" name="box" value="x" checked>
       <input type="checkbox" name="box" value="y"><input name="off" disabled>
       <button name="do" value="it"><b>Send</b> it</button><button disabled>Never</button></form>`,
    )
  }
})
let origin: string
let server: TestAuthorizationServer
let clientId: string

beforeAll(async () => {
  origin = `http://127.0.0.1:${await listen(site, 0, '127.0.0.1')}`
  server = await createTestAuthorizationServer({ resources: { 'http://127.0.0.1/mcp': ['all'] } })
  clientId = String((await register(server.issuer)).client['client_id'])
})

afterAll(async () => {
  await Promise.all([close(site), server.close()])
})

async function body(req: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of req as AsyncIterable<Buffer>) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}

async function openForm(): Promise<Page> {
  const page = await createScriptedBrowser().open(`${origin}/form`)
  if (page.kind !== 'page') throw new Error('no page')
  return page
}

test('a page is its title, its visible text and its forms', async () => {
  expect(await openForm()).toEqual({
    kind: 'page',
    url: new URL(`${origin}/form`),
    status: 200,
    title: 'A & B',
    text: 'Two words Send it Never',
    forms: [
      {
        action: new URL(`${origin}/send`),
        method: 'POST',
        fields: [
          { name: 'token', type: 'hidden', value: 't<1', checked: true },
          { name: 'who', type: 'text', value: '', checked: true },
          { name: 'box', type: 'checkbox', value: 'x', checked: true },
          { name: 'box', type: 'checkbox', value: 'y', checked: false },
        ],
        buttons: [{ label: 'Send it', name: 'do', value: 'it' }],
      },
    ],
  })
})

test('redirects are followed with the cookies that belong to each path', async () => {
  seen.length = 0
  const page = await createScriptedBrowser().open(`${origin}/start`)
  expect(page).toMatchObject({ url: new URL(`${origin}/form`) })
  expect(seen).toEqual([
    { method: 'GET', url: '/start' },
    { method: 'GET', url: '/form', cookie: 'a=1' },
  ])
})

test.each([
  ['as it stands', {}, 'token=t%3C1&who=&box=x&do=it'],
  ['filled in', { who: 'me', box: ['y'] }, 'token=t%3C1&who=me&box=y&do=it'],
])('a form is sent %s', async (_case, fields, sent) => {
  const browser = createScriptedBrowser()
  const page = await browser.submit(await openForm(), { fields, button: 'Send it' })
  expect(page).toMatchObject({ kind: 'page', text: sent })
})

test.each([
  [{ button: 'Buy' }, 'scripted browser: no button "Buy" here, only ["Send it"]'],
  [
    { button: 'Send it', fields: { nobody: '1' } },
    'scripted browser: the form has no field "nobody"',
  ],
])('%j is refused', async (entry, message) => {
  await expect(async () => createScriptedBrowser().submit(await openForm(), entry)).rejects.toThrow(
    message,
  )
})

test('it does not leave this machine', async () => {
  const message = 'scripted browser: https://example.com is not on this machine, so it stays closed'
  await expect(createScriptedBrowser().open('https://example.com/')).rejects.toThrow(message)
  await expect(createScriptedBrowser().open(`${origin}/away`)).rejects.toThrow(message)
})

test('a redirect without end is given up', async () => {
  await expect(createScriptedBrowser().open(`${origin}/loop`)).rejects.toThrow('too many redirects')
})

test('a wrong password ends with what the page says', async () => {
  const { url } = createAuthorizationRequest(server.issuer, clientId)
  await expect(
    createScriptedBrowser().authorize(url, { username: 'alice', password: 'x' }),
  ).rejects.toThrow(/stopped at 400 .*The username or the password is wrong\./)
})

test('a signed-in browser is asked for consent only, and can switch the user', async () => {
  const browser = createScriptedBrowser()
  const { url } = createAuthorizationRequest(server.issuer, clientId)
  await browser.authorize(url, ALICE)
  const consent = await browser.open(url)
  if (consent.kind !== 'page') throw new Error('no page')
  expect(consent.text).toContain('Signed in as alice')
  const login = await browser.submit(consent, { button: 'Use another account' })
  expect(login).toMatchObject({ kind: 'page', title: 'Sign in' })
  if (login.kind !== 'page') throw new Error('no page')
  const { username, password } = BOB
  const next = await browser.submit(login, { fields: { username, password }, button: 'Sign in' })
  expect(next).toMatchObject({ text: expect.stringContaining('Signed in as bob') })
  if (next.kind !== 'page') throw new Error('no page')
  expect(await browser.submit(next, { button: 'Allow' })).toMatchObject({ kind: 'callback' })
})

test('a redirect URI with the scheme of an app ends the visit', async () => {
  const redirectUri = 'com.example.app:/callback'
  const { client } = await register(server.issuer, { redirect_uris: [redirectUri] })
  const { url } = createAuthorizationRequest(server.issuer, String(client['client_id']), {
    redirect_uri: redirectUri,
  })
  const callback = await createScriptedBrowser().authorize(url, ALICE)
  expect(callback.href).toMatch(/^com\.example\.app:\/callback\?code=/)
})
