import { createResourceServer } from 'mcp-gatehouse'
import { createAuditLog } from 'mcp-gatehouse/audit'

export const audit = await createAuditLog({
  file: process.env['AUDIT_LOG'] ?? 'audit.jsonl',
  key: process.env['AUDIT_KEY'] ?? '',
})

export const gatehouse = createResourceServer({
  resource: 'https://mcp.example.com/mcp',
  authorizationServers: ['https://id.example.com/realms/acme'],
  onEvent: audit.write,
})

process.once('SIGTERM', () => void audit.close())
process.on('SIGHUP', () => void audit.reopen())
