import type { ListResult } from '../mcp/index.ts'
import type { Principal } from '../principal/index.ts'
import type { Policy } from './policy.ts'

/**
 * The message of a list with what the caller may use, in its order. What has no readable name
 * cannot be decided about, and is left out.
 */
export function filterList(
  list: ListResult,
  policy: Policy,
  principal: Principal<unknown>,
): unknown {
  const shown = list.items.filter((item) => {
    const name = list.nameOf(item)
    return name !== undefined && policy.isListed(principal, list.kind, name)
  })
  return list.withItems(shown)
}
