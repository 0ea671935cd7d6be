/**
 * A server in a process of its own, for tests that drain or kill it: prints its port, then one line
 * per call that it has begun. Its argument is the issuer.
 */
import { createServer, type ServerResponse } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import { createResourceServer } from 'mcp-gatehouse'
import { protect } from 'mcp-gatehouse/node'

const GRACE_MILLISECONDS = 1_500
const CALL_MILLISECONDS = 500

const gatehouse = createResourceServer({
  resource: 'https://mcp.example.com/mcp',
  authorizationServers: [process.argv[2] ?? ''],
  policy: { tools: { pay: [] } },
  allowInsecureLoopback: true,
  onEvent: () => undefined,
})

const server = createServer(
  protect(gatehouse, async (request, response) => {
    response.writeHead(200, { 'Content-Type': 'text/event-stream' })
    response.write('data: open\n\n')
    if (request.method === 'POST') await pay(response)
  }),
)
server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  process.stdout.write(`${typeof address === 'object' ? address?.port : ''}\n`)
})
process.on('SIGTERM', () => {
  server.close()
  setTimeout(() => server.closeAllConnections(), GRACE_MILLISECONDS)
})

async function pay(response: ServerResponse): Promise<void> {
  process.stdout.write('paid\n')
  await delay(CALL_MILLISECONDS)
  response.end('data: paid\n\n')
}
