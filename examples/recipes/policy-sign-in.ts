import { definePolicy } from 'mcp-gatehouse'

export const policy = definePolicy({
  tools: {
    change_password: { maxAgeSeconds: 300 }, // signed in during the last five minutes
    close_account: { scopes: 'account', acrValues: ['urn:example:mfa'] },
  },
})
