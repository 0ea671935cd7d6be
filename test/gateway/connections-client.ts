import assert from 'node:assert/strict'
import {
  Client as ClientV2,
  StreamableHTTPClientTransport as TransportV2,
  UnauthorizedError,
} from '@modelcontextprotocol/client'
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport as TransportV1 } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { createScriptedBrowser } from 'mcp-gatehouse/testing'
import { createProvider } from '../../examples/todo-manager/session.ts'
import { ALICE } from './connections-world.ts'

/** A client that is signed in as alice. */
export interface SignedIn {
  call(name: string): Promise<unknown>
  close(): Promise<void>
}

/** Signs alice in at the resource. @returns Her access token. */
export async function signIn(resource: string, user = ALICE): Promise<string> {
  let authorizationUrl = new URL(resource)
  const authProvider = createProvider((url) => {
    authorizationUrl = url
  })
  const client = new ClientV2({ name: 'my-assistant', version: '1.0.0' })
  const transport = new TransportV2(new URL(resource), { authProvider })
  await assert.rejects(client.connect(transport), UnauthorizedError)
  const callback = await createScriptedBrowser().authorize(authorizationUrl, user)
  await transport.finishAuth(callback.searchParams)
  const tokens = await authProvider.tokens()
  return tokens?.access_token ?? ''
}

/** SDK v2 on 2026-07-28. @param visit What the user does with a link; without it no URL mode. */
export async function connectV2(
  resource: string,
  token: string,
  visit?: (url: string) => void,
): Promise<SignedIn> {
  const client = new ClientV2(
    { name: 'my-assistant', version: '1.0.0' },
    {
      capabilities: visit === undefined ? {} : { elicitation: { url: {} } },
      versionNegotiation: { mode: { pin: '2026-07-28' } },
    },
  )
  if (visit !== undefined) {
    client.setRequestHandler('elicitation/create', async ({ params }) => {
      assert(params.mode === 'url')
      visit(params.url)
      return { action: 'accept' }
    })
  }
  await client.connect(new TransportV2(new URL(resource), requestWith(token)))
  return {
    call: (name) => client.callTool({ name, arguments: {} }),
    close: () => client.close(),
  }
}

/** SDK v1 on 2025-11-25. */
export async function connectV1(
  resource: string,
  token: string,
  hasUrls: boolean,
): Promise<SignedIn> {
  const client = new ClientV1(
    { name: 'my-assistant', version: '1.0.0' },
    { capabilities: hasUrls ? { elicitation: { url: {} } } : {} },
  )
  await client.connect(new TransportV1(new URL(resource), requestWith(token)))
  return {
    call: (name) => client.callTool({ name, arguments: {} }),
    close: () => client.close(),
  }
}

function requestWith(token: string) {
  return { requestInit: { headers: { Authorization: `Bearer ${token}` } } }
}
