import { definePolicy } from 'mcp-gatehouse'

export const policy = definePolicy({
  tools: {
    delete_repo: ({ force = false }) => (force === false ? 'repo:write' : 'repo:admin'),
    send_money: {
      scopes: 'money:send',
      when: ({ claims }, { args: { amount } }) =>
        typeof amount === 'number' && amount <= Number(claims.limit),
    },
  },
})
