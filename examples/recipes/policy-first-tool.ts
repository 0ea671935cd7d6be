import { createResourceServer } from 'mcp-gatehouse'

export const gatehouse = createResourceServer({
  resource: 'https://mcp.example.com/mcp',
  authorizationServers: ['https://id.example.com/realms/acme'],
  policy: {
    tools: {
      list_repos: [], // whoever is signed in
      delete_repo: 'repo:write',
    },
  },
})
