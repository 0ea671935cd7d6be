import { createResourceServer } from 'mcp-gatehouse'

export const gatehouse = createResourceServer({
  resource: 'https://mcp.example.com/mcp',
  authorizationServers: ['https://id.example.com/realms/acme'],
  policy: { tools: { delete_repo: 'repo:write' } },
  decide: async ({ id, tenant }, { kind, name, args }, { signal }) => {
    const body = JSON.stringify({ input: { id, tenant, kind, name, args } })
    const url = 'http://127.0.0.1:8181/v1/data/mcp/allow' // Open Policy Agent
    const response = await fetch(url, { method: 'POST', body, signal })
    if (!response.ok) throw new Error(`The policy engine answered ${response.status}.`)
    const { result }: { readonly result?: unknown } = await response.json()
    return result === true
  },
})
