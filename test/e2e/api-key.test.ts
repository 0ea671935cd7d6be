import {
  Client as ClientV2,
  StreamableHTTPClientTransport as TransportV2,
} from '@modelcontextprotocol/client'
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport as TransportV1 } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { memory } from 'mcp-gatehouse/storage'
import { type ApiKeys, createApiKeys, firstOf, jwtVerifier } from 'mcp-gatehouse/verifiers'
import { afterEach, expect, test } from 'vitest'
import { textOf } from './clients/connected-client.ts'
import { connectSdkV1 } from './clients/sdk-v1.ts'
import { onNodeHttp } from './servers/node-http.ts'
import { ALICE, SCOPE, startWorld, type World } from './world.ts'

const worlds: World[] = []
afterEach(async () => {
  for (const world of worlds.splice(0)) await world.close()
})

/** A server for people and machines. */
async function startKeyWorld(): Promise<World & { readonly apiKeys: ApiKeys }> {
  const { promise: apiKeys, resolve } = Promise.withResolvers<ApiKeys>()
  const world = await startWorld(onNodeHttp, {
    createVerifier(resource, issuer) {
      const keys = createApiKeys({ storage: memory(), resource })
      resolve(keys)
      const signed = jwtVerifier({ issuer, allowInsecureLoopback: true })
      return firstOf([signed, keys.verifier])
    },
  })
  worlds.push(world)
  return { ...world, apiKeys: await apiKeys }
}

interface KeyClient {
  whoami(): Promise<unknown>
  close(): Promise<void>
}

type ConnectWithKey = (serverUrl: string, key: string) => Promise<KeyClient>

const requestInit = (key: string) => ({ headers: { Authorization: `Bearer ${key}` } })

const withSdkV1: ConnectWithKey = async (serverUrl, key) => {
  const client = new ClientV1({ name: 'job', version: '1.0.0' })
  await client.connect(new TransportV1(new URL(serverUrl), { requestInit: requestInit(key) }))
  return {
    whoami: async () => JSON.parse(textOf(await client.callTool({ name: 'whoami' }))),
    close: () => client.close(),
  }
}

const withSdkV2: ConnectWithKey = async (serverUrl, key) => {
  const client = new ClientV2({ name: 'job', version: '1.0.0' })
  await client.connect(new TransportV2(new URL(serverUrl), { requestInit: requestInit(key) }))
  return {
    whoami: async () => JSON.parse(textOf(await client.callTool({ name: 'whoami' }))),
    close: () => client.close(),
  }
}

test.each([
  ['v1', withSdkV1],
  ['v2', withSdkV2],
])(
  'a job with the client of the SDK %s calls a tool with its key, beside a person',
  async (_name, connect) => {
    const world = await startKeyWorld()
    const { key, keyId } = await world.apiKeys.issue({ name: 'job', scopes: [SCOPE] })
    const job = await connect(world.serverUrl, key)
    expect(await job.whoami()).toEqual({ scopes: [SCOPE], issuer: world.serverUrl })

    const person = await connectSdkV1(world.serverUrl, ALICE)
    expect(JSON.parse(await person.callTool('whoami'))).toMatchObject({
      issuer: world.authorizationServer.issuer,
      subject: 'alice',
    })

    await world.apiKeys.revoke(keyId)
    await expect(job.whoami()).rejects.toThrow(/invalid_token|401|Unauthorized/)
    expect(JSON.parse(await person.callTool('whoami'))).toMatchObject({ subject: 'alice' })
    await Promise.all([job.close(), person.close()])
  },
)
