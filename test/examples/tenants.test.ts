import { memory } from 'mcp-gatehouse/storage'
import { startKeycloak } from 'mcp-gatehouse/testing'
import { expect, onTestFinished, test } from 'vitest'
import { createTenantsServer } from '../../examples/tenants/server.ts'
import { type Customer, openTenants } from '../../examples/tenants/tenants.ts'
import { close, listen } from '../../src/testing/loopback-server.ts'
import { freePort } from '../contract/free-port.ts'
import { createSdkV2Client } from '../e2e/clients/sdk-v2.ts'
import { ALICE } from '../testing/flow.ts'

test('customers come, are suspended and go, while their users work', {
  timeout: 60_000,
}, async () => {
  const port = await freePort()
  const issuer = `http://127.0.0.1:${port}/t/{tenant}`
  const customers = new Map<string, Customer>()
  const common = { issuer, storage: memory(), allowInsecureLoopback: true }
  const tenants = openTenants(common, async (id) => customers.get(id))
  const server = createTenantsServer(tenants)
  await listen(server, port, '127.0.0.1')
  onTestFinished(async () => {
    await Promise.all([tenants.close(), close(server)])
  })
  const connect = createSdkV2Client('auto')
  const clients = []
  for (const id of ['acme', 'globex']) {
    const provider = await startKeycloak({
      redirectUris: [`http://127.0.0.1/t/${id}/callback/upstream`],
    })
    onTestFinished(() => provider.close())
    const { clientId, clientSecret } = provider
    customers.set(id, {
      name: id,
      identityProvider: {
        issuer: provider.issuer,
        clientId,
        clientSecret,
        scopes: ['openid', 'profile', 'email'],
        allowInsecureLoopback: true,
      },
      tools: { find_notes: 'notes:read' },
    })
    await tenants.add(id)
    clients.push(await connect(`http://127.0.0.1:${port}/t/${id}/mcp`, ALICE))
  }
  const [acme, globex] = clients
  const find = () => acme?.callTool('find_notes', { text: 'x' })
  expect(await find()).toContain('looks for x')
  await tenants.suspend('acme')
  await expect(find()).rejects.toThrow('This organization is suspended.')
  expect(await globex?.callTool('find_notes', { text: 'y' })).toContain('looks for y')
  await tenants.resume('acme')
  expect(await find()).toContain('looks for x')
  await tenants.remove('acme')
  await expect(find()).rejects.toThrow('not_found')
  expect(await globex?.callTool('find_notes', { text: 'z' })).toContain('looks for z')
  for (const client of clients) await client.close()
})
