import {
  createdTaskIdOf,
  filterListBytes,
  type ItemList,
  listResultOf,
  taskListOf,
  updatedResourceOf,
} from '../mcp/index.ts'
import { filterList } from '../policy/index.ts'
import type { Principal } from '../principal/index.ts'
import type { GateState } from './gate-state.ts'
import type { Settings } from './options/index.ts'

/** What becomes of what a server sends. */
export interface MessageRules {
  /** A message: the same, another one, or `undefined` for none; or a promise of that. */
  rewrite(message: unknown, principal: Principal<unknown>): unknown
  /** The JSON text of a message: the same, another one, or `undefined` where it must be parsed. */
  rewriteUnparsed(text: Uint8Array, principal: Principal<unknown>): Uint8Array | undefined
}

/**
 * Creates the rules for single messages of an answer. They go by the shape of the message: since
 * MCP 2025-11-25 an answer may arrive on another stream than that of its request.
 */
export function createMessageRules<Claims>(
  { policy }: Settings<Claims>,
  { mirroredParameters, tasks }: GateState<Claims>,
): MessageRules {
  async function ownTasks(list: ItemList, principal: Principal<unknown>): Promise<unknown> {
    const own = await Promise.all(
      list.items.map(async (item) => {
        const task = list.nameOf(item)
        return task !== undefined && tasks.isOwnedBy(task, principal)
      }),
    )
    return list.withItems(list.items.filter((_item, index) => own[index] === true))
  }

  function rewrite(message: unknown, principal: Principal<unknown>): unknown {
    const created = createdTaskIdOf(message)
    if (created !== undefined) tasks.bind(created, principal)
    const taskList = taskListOf(message)
    if (taskList !== undefined) return ownTasks(taskList, principal)
    if (policy === undefined) return message

    const updated = updatedResourceOf(message)
    if (updated !== undefined) {
      return policy.isUsable(principal, 'resource', updated) ? message : undefined
    }
    const list = listResultOf(message)
    if (list === undefined) return message
    if (list.kind === 'tool') mirroredParameters.learn(list.items)
    return filterList(list, policy, principal)
  }

  function rewriteUnparsed(
    text: Uint8Array,
    principal: Principal<unknown>,
  ): Uint8Array | undefined {
    if (policy === undefined || mirroredParameters.mayLearnFrom(text)) return undefined
    return filterListBytes(text, (kind, name) => policy.isListed(principal, kind, name))
  }

  return { rewrite, rewriteUnparsed }
}

/** Whether a text can hold a list, an update of a resource or a task. */
export function mayMatter(text: string): boolean {
  return WORDS.test(text) || text.includes(ESCAPED_LETTER)
}

const WORDS =
  /"(?:tools|resources|resourceTemplates|prompts|tasks?|taskId|notifications\\?\/resources\\?\/updated)"/
/** How any word may be written, so that it is not found as it is. */
const ESCAPED_LETTER = '\\u00'
