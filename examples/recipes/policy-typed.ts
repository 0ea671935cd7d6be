import { definePolicy } from 'mcp-gatehouse'

export const policy = definePolicy({
  scopes: ['repo:read', 'repo:write'],
  toolNames: ['list_repos', 'delete_repo'],
  implies: { 'repo:write': ['repo:read'] },
  tools: { list_repos: 'repo:read', delete_repo: 'repo:write' },
})
