import { listResultOf } from '../mcp/index.ts'
import { filterList, type Policy } from '../policy/index.ts'
import type { Principal } from '../principal/index.ts'

/**
 * Leaves in a list what the caller may use; any other result is returned as it is.
 *
 * @param isCacheable Whether results of this revision say who may cache them: since 2026-07-28.
 */
export function filterResult(
  result: unknown,
  policy: Policy,
  principal: Principal<unknown>,
  isCacheable: boolean,
): unknown {
  const list = listResultOf({ result })
  if (list === undefined) return result
  const { result: filtered } = filterList(list, policy, principal) as { readonly result: object }
  // What one caller sees is nobody else's (MCP 2026-07-28, "Caching").
  return isCacheable ? { ...filtered, cacheScope: 'private' } : filtered
}
