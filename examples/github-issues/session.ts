import assert from 'node:assert/strict'
import {
  Client,
  StreamableHTTPClientTransport,
  UnauthorizedError,
} from '@modelcontextprotocol/client'
import { createScriptedBrowser, type FormEntry } from 'mcp-gatehouse/testing'
import { createProvider } from '../todo-manager/session.ts'

export const ALICE = { username: 'alice', password: 'wonderland' }

/**
 * Signs alice in to an MCP server, with a client that opens links in her browser.
 *
 * @param connect What she does on the pages that a link leads to.
 */
export async function openSession(
  resource: string,
  connect: readonly FormEntry[],
): Promise<Client> {
  const browser = createScriptedBrowser()

  async function openLink(url: string): Promise<void> {
    let page = await browser.open(url)
    for (const entry of connect) {
      assert(page.kind === 'page')
      // oxlint-disable-next-line no-await-in-loop -- one page leads to the next
      page = await browser.submit(page, entry)
    }
    assert(page.kind === 'page' && page.title.includes('is connected'))
  }

  let authorizationUrl = new URL(resource)
  const authProvider = createProvider((url) => {
    authorizationUrl = url
  })
  const client = new Client(
    { name: 'my-assistant', version: '1.0.0' },
    { capabilities: { elicitation: { url: {} } }, versionNegotiation: { mode: 'auto' } },
  )
  client.setRequestHandler('elicitation/create', async ({ params }) => {
    assert(params.mode === 'url')
    // The client says yes at once, and calls again: the server waits for the browser.
    void openLink(params.url)
    return { action: 'accept' }
  })
  const openTransport = (): StreamableHTTPClientTransport =>
    new StreamableHTTPClientTransport(new URL(resource), { authProvider })
  const first = openTransport()
  await assert.rejects(client.connect(first), UnauthorizedError)
  const callback = await browser.authorize(authorizationUrl, ALICE)
  await first.finishAuth(callback.searchParams)
  await client.connect(openTransport())
  return client
}
