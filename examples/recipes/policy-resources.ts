import { definePolicy } from 'mcp-gatehouse'

export const policy = definePolicy({
  resources: {
    'repo://{owner}/{name}': 'repo:read', // {x} is one segment
    'file:///srv/docs/{+path}': [], // {+x} is any text
  },
  prompts: { review: 'repo:read', 'hr_*': { roles: ['hr'] } },
  methods: { 'logging/setLevel': { roles: ['operator'] } },
  unlisted: 'deny', // the default; 'authenticated' opens what has no rule
})
