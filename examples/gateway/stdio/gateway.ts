import { createGateway } from 'mcp-gatehouse/gateway'

const gateway = await createGateway({
  publicUrl: process.env['PUBLIC_URL'] ?? 'https://mcp.example.com',
  authorizationServers: [process.env['ISSUER'] ?? 'https://id.example.com/realms/acme'],
  allowInsecureLoopback: process.env['ISSUER'] !== undefined, // a test on localhost
  listen: { port: Number(process.env['PORT'] ?? 8080) },
  routes: [
    {
      path: '/notes',
      upstream: {
        command: 'node',
        args: ['notes-server.ts'], // or npx, uvx, a binary
        cwd: import.meta.dirname,
        env: ({ principal }) => ({ NOTES_OF: principal.subject ?? 'a client' }), // or a key of theirs
        maxProcessesPerPrincipal: 3,
        maxIdleSeconds: 60,
      },
      policy: { tools: { add_note: 'notes:write' } },
    },
  ],
  onEvent: (event) => {
    if (event.type === 'upstream.stderr') console.error(`${event.principal}: ${event.text}`)
  },
})

const { url } = await gateway.listen()
console.log(`The gateway answers at ${url}`)
process.once('SIGTERM', () => void gateway.close())
