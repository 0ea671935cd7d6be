import { createResourceServer } from 'mcp-gatehouse'
import { createTelemetry } from 'mcp-gatehouse/opentelemetry'

const key = process.env['AUDIT_KEY'] ?? ''
export const telemetry = createTelemetry({ key })

export const gatehouse = createResourceServer({
  resource: 'https://mcp.example.com/mcp',
  authorizationServers: ['https://id.example.com/realms/acme'],
  onEvent: telemetry.write,
})
