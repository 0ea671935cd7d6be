/** Runs one server of the benchmark in this process. */
import { play, type Role, type RoleOrder } from './role.ts'
import { bareProxy } from './roles/bare-proxy.ts'
import { gateway, gatewayWithAssertion } from './roles/gateway.ts'
import { upstream } from './roles/upstream.ts'
import { verifier } from './roles/verifier.ts'

const ROLES: Readonly<Record<string, Role>> = {
  'bare-proxy': bareProxy,
  gateway,
  'gateway-assertion': gatewayWithAssertion,
  upstream,
  verifier,
}

const [name = '', order = '{}'] = process.argv.slice(2)
const role = ROLES[name]
if (role === undefined) throw new Error(`no role ${name}`)
await play(role, JSON.parse(order) as RoleOrder)
