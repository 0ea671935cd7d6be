import { createUpstreamTokens } from '../../../src/authorization-server/upstream/upstream-tokens.ts'
import { sqlite } from '../../../src/storage/sqlite.ts'
import { NAME, TENANT, upstreamAt } from './refresh-upstream.ts'

/** Renews the credential of `account` in a file, until it is killed. */
const [, , path = '', origin = ''] = process.argv
const vault = createUpstreamTokens({
  storage: sqlite(path),
  tenant: TENANT,
  upstreams: [upstreamAt(origin)],
  emit: () => undefined,
  lockSeconds: 1,
})
await vault.token({ accountId: 'account', upstream: NAME })
