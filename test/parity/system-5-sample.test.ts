import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { expect, onTestFinished, test } from 'vitest'
import { createTodoApp } from '../../examples/todo-manager/server.ts'
import { startIssuer } from './world.ts'

interface Todo {
  readonly id: string
  readonly title: string
}

test('system 5: the sample todo-manager, with scopes per tool and owners', async () => {
  const issuer = await startIssuer()
  const server = createServer().listen(0, '127.0.0.1')
  onTestFinished(() => void server.close())
  await once(server, 'listening')
  const resource = `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`
  server.on('request', createTodoApp(resource, issuer.issuer))

  const connect = async (sub: string, scope: string): Promise<Client> => {
    const authorization = `Bearer ${await issuer.mint({ aud: resource, sub, scope })}`
    const client = new Client({ name: sub, version: '1.0.0' })
    const requestInit = { headers: { authorization } }
    await client.connect(new StreamableHTTPClientTransport(new URL(resource), { requestInit }))
    onTestFinished(() => client.close())
    return client
  }
  const call = async (client: Client, name: string, args: object = {}): Promise<string> => {
    const { content } = await client.callTool({ name, arguments: { ...args } })
    return content[0]?.type === 'text' ? content[0].text : ''
  }

  const alice = await connect('alice', 'todo:write')
  const added = JSON.parse(await call(alice, 'add_todo', { title: 'Buy milk' })) as Todo
  expect(JSON.parse(await call(alice, 'list_todos'))).toEqual([added])

  const reader = await connect('bob', 'todo:read')
  const { tools } = await reader.listTools()
  expect(tools.map(({ name }) => name)).toEqual(['list_todos', 'clear_todos'])
  expect(JSON.parse(await call(reader, 'list_todos'))).toEqual([])
  await expect(call(reader, 'add_todo', { title: 'a' })).rejects.toThrow('scope')

  const bob = await connect('bob', 'todo:write')
  expect(await call(bob, 'delete_todo', { id: added.id })).toMatch(/^Not allowed: /)
  expect(JSON.parse(await call(alice, 'delete_todo', { id: added.id }))).toEqual({ deleted: 1 })
})
