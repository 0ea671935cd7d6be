import { createGateway } from '../../src/gateway/index.ts'

/** A gateway in a process of its own, which ends as `docs/gateway.md` says. */

const [issuer = '', upstream = ''] = process.argv.slice(2)
const gateway = await createGateway({
  publicUrl: 'https://mcp.example.com',
  authorizationServers: [issuer],
  allowInsecureLoopback: true,
  listen: { port: 0 },
  routes: [{ path: '/mcp', upstream, identity: 'none' }],
})
const { url } = await gateway.listen()
process.once('SIGTERM', () => {
  process.disconnect()
  void gateway.close()
})
process.send?.(url)
