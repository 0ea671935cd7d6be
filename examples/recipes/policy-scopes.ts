import { definePolicy } from 'mcp-gatehouse'

export const policy = definePolicy({
  implies: { 'repo:admin': ['repo:*'], 'repo:write': ['repo:read'] },
  tools: {
    list_repos: 'repo:read',
    create_repo: ['repo:write', 'org:read'], // both
    search: { anyScope: ['repo:read', 'org:read'] }, // either
    'admin_*': 'repo:admin',
    admin_status: 'repo:read', // more specific than the pattern, so it wins
  },
})
