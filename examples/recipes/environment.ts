import { createResourceServer, fromEnvironment } from 'mcp-gatehouse'

export const gatehouse = createResourceServer({
  ...fromEnvironment(), // process.env
  requiredScopes: ['notes:read'],
})
