import { definePolicy } from 'mcp-gatehouse'

export const policy = definePolicy({
  tools: {
    read_ledger: 'ledger:read', // without it: 403 insufficient_scope
    close_books: { roles: ['accountant', 'cfo'] }, // without one of them: unknown tool
    refund: { permissions: ['refund:create'], scopes: 'payments:write' },
    audit: { claims: { department: ['audit', 'security'] } },
    my_profile: { allowClients: false }, // users only
  },
})
