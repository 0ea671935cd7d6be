import { ASKED, JSON_FIELDS, type RefusalPin, UNNAMED } from './policy-refusals.ts'

const HEADERS = {
  'Retry-After': '7',
  'RateLimit-Policy': '"tool:search";q=5;w=60',
  RateLimit: '"tool:search";r=0;t=7',
}
const exceeded = { rule: 'tool:search', retryAfterSeconds: 7, headers: HEADERS }
const FIELDS = {
  ...JSON_FIELDS,
  'retry-after': '7',
  'ratelimit-policy': '"tool:search";q=5;w=60',
  ratelimit: '"tool:search";r=0;t=7',
}
const DATA =
  '{"error":"temporarily_unavailable","error_description":"There were too many requests. Try again later."}'

/** Refusals because of a limit. */
export const RATE_PINS: readonly RefusalPin[] = [
  [
    'a limit of a caller, JSON-RPC',
    { kind: 'rate', exceeded, ...ASKED },
    'rate tool:search',
    [
      429,
      FIELDS,
      `{"jsonrpc":"2.0","id":1,"error":{"code":-32000,"message":"There were too many requests. Try again later.","data":${DATA}}}`,
    ],
  ],
  [
    'a limit of a caller, OAuth JSON',
    { kind: 'rate', exceeded, ...UNNAMED },
    'rate tool:search',
    [429, FIELDS, DATA],
  ],
  [
    'a limit of an address',
    { kind: 'rate', exceeded: { ...exceeded, rule: 'address' } },
    'rate address',
    [429, FIELDS, DATA],
  ],
]
