export { createGateway } from './create-gateway.ts'
export type { Gateway, GatewayAddresses } from './gateway.ts'
export type {
  AdminOptions,
  AssertionOptions,
  CommandUpstreamOptions,
  ExchangeIdentityOptions,
  GatewayOptions,
  GatewayUpstreamOptions,
  ListenOptions,
  ProcessCaller,
  ProtectionOptions,
  RouteConnectionOptions,
  RouteDefaults,
  RouteOptions,
  UpstreamCall,
  UpstreamCredentials,
} from './options.ts'
