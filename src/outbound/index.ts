export { type AddressKind, classifyAddress } from './address.ts'
export { createGuardedFetch } from './guarded-fetch.ts'
export type {
  FetchRefusal,
  GuardedAnswer,
  GuardedFetch,
  GuardedFetchOptions,
  Lookup,
} from './guarded-fetch-options.ts'
