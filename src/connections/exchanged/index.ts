export {
  createUpstreamExchange,
  type UpstreamExchange,
  type UpstreamExchangeOptions,
} from './upstream-exchange.ts'
