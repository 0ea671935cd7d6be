import type { UpstreamOptions } from 'mcp-gatehouse/authorization-server'
import { wso2 } from 'mcp-gatehouse/providers'

export const upstream: UpstreamOptions = wso2({
  url: 'https://id.example.com:9443',
  clientId: 'exampleEXAMPLEexample',
  clientSecret: process.env['WSO2_CLIENT_SECRET'] ?? '',
})
