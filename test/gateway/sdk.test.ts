import { afterAll, describe, expect, test } from 'vitest'
import { connectSdkV1 } from '../e2e/clients/sdk-v1.ts'
import { createSdkV2Client } from '../e2e/clients/sdk-v2.ts'
import { ALICE, BOB, SCOPE } from '../e2e/world.ts'
import { openSdkWorld, ROUTES } from './sdk-world.ts'

const world = await openSdkWorld()
afterAll(() => world.close())

const CLIENTS = [
  ['SDK v1', connectSdkV1],
  ['SDK v2, auto', createSdkV2Client('auto')],
  ['SDK v2, legacy', createSdkV2Client('legacy')],
] as const

describe.each(CLIENTS)('%s signs in at the gateway', (_name, connect) => {
  test('and calls a stateful server of SDK v1, which knows the user', async () => {
    const client = await connect(`${world.publicUrl}${ROUTES.v1}`, ALICE)
    const whoami = JSON.parse(await client.callTool('whoami', { note: 'n' })) as object
    expect(whoami).toEqual({
      note: 'n',
      session: expect.any(String),
      scopes: [SCOPE],
      subject: 'alice',
    })
    await client.close()
  })

  test('and calls a server of SDK v2, which knows the user and the gateway', async () => {
    const client = await connect(`${world.publicUrl}${ROUTES.v2}`, BOB)
    const whoami = JSON.parse(await client.callTool('whoami')) as object
    expect(whoami).toEqual({ scopes: [SCOPE], issuer: world.publicUrl, subject: 'bob' })
    await client.close()
  })

  test('and calls the official server with everything', async () => {
    const client = await connect(`${world.publicUrl}${ROUTES.everything}`, ALICE)
    expect(await client.callTool('echo', { message: 'hello' })).toBe('Echo: hello')
    await client.close()
  })
})

test('SDK v2 speaks 2026-07-28 through the gateway where the server does', async () => {
  const client = await createSdkV2Client('auto')(`${world.publicUrl}${ROUTES.v2}`, ALICE)
  expect(client.protocolVersion).toBe('2026-07-28')
  await client.close()
})
