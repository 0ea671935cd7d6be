import { definePolicy } from 'mcp-gatehouse'
import { createPrincipal } from 'mcp-gatehouse/testing'

const policy = definePolicy({
  implies: { 'repo:write': ['repo:read'] },
  tools: {
    list_repos: 'repo:read',
    delete_repo: ({ force = false }) => (force === false ? 'repo:write' : 'repo:admin'),
    close_books: { roles: ['accountant', 'cfo'] },
  },
})

const alice = createPrincipal({ sub: 'alice', scope: 'repo:write', roles: ['engineer'] })

const allowed = await policy.explain(alice, { tool: 'list_repos' })
const challenged = await policy.explain(alice, { tool: 'delete_repo', args: { force: true } })
const hidden = await policy.explain(alice, { tool: 'close_books' })
console.log([allowed, challenged, hidden].join('\n\n'))
