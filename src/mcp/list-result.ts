/**
 * What a server sends that is not meant for every caller: lists, and news of resources. A list is
 * known by its shape, since an answer may arrive by another stream than that of its request.
 *
 * @module
 */
import { asObject } from './json-rpc.ts'

/** The items of a list, and the message around them. */
export interface ItemList {
  readonly items: readonly unknown[]
  /** What a policy knows an item by; `undefined` for one that is malformed. */
  nameOf(item: unknown): string | undefined
  /**
   * The message with these items instead, and otherwise as it was. From 2026-07-28 on it also says
   * `cacheScope: "private"`. Where nothing changes, it is the very same object.
   */
  withItems(items: readonly unknown[]): unknown
}

export interface ListResult extends ItemList {
  readonly kind: 'tool' | 'resource' | 'prompt'
}

/** How a list is known, and what its items are known by. */
export interface ListShape {
  readonly field: string
  readonly kind: ListResult['kind']
  readonly name: string
}

export const LIST_SHAPES: readonly ListShape[] = [
  { field: 'tools', kind: 'tool', name: 'name' },
  { field: 'prompts', kind: 'prompt', name: 'name' },
  { field: 'resources', kind: 'resource', name: 'uri' },
  { field: 'resourceTemplates', kind: 'resource', name: 'uriTemplate' },
]
/** A list result of 2026-07-28 has all of these, one of an older revision none. */
export const MODERN_FIELDS: readonly string[] = ['cacheScope', 'resultType', 'ttlMs']

/** The response to `tools/list`, `prompts/list`, `resources/list` or `resources/templates/list`. */
export function listResultOf(message: unknown): ListResult | undefined {
  for (const shape of LIST_SHAPES) {
    const list = itemList(message, shape)
    if (list !== undefined) return { kind: shape.kind, ...list }
  }
  return undefined
}

/** The response to `tasks/list` of 2025-11-25; a task is known by its handle. */
export function taskListOf(message: unknown): ItemList | undefined {
  return itemList(message, { field: 'tasks', name: 'taskId' })
}

/** The URI in a `notifications/resources/updated`. */
export function updatedResourceOf(message: unknown): string | undefined {
  const { method, params } = asObject(message) ?? {}
  const uri = method === 'notifications/resources/updated' ? asObject(params)?.['uri'] : undefined
  return typeof uri === 'string' ? uri : undefined
}

function itemList(
  message: unknown,
  { field, name }: Pick<ListShape, 'field' | 'name'>,
): ItemList | undefined {
  const response = asObject(message)
  const result = asObject(response?.['result'])
  const all: unknown = result?.[field]
  if (result === undefined || !Array.isArray(all)) return undefined
  return {
    items: all,
    nameOf(item) {
      const value = asObject(item)?.[name]
      return typeof value === 'string' ? value : undefined
    },
    withItems(items) {
      const isModern = MODERN_FIELDS.some((member) => Object.hasOwn(result, member))
      const isSame = items.length === all.length && items.every((item, at) => item === all[at])
      if (isSame && (!isModern || result['cacheScope'] === 'private')) return response
      const scope = isModern ? { cacheScope: 'private' } : {}
      return { ...response, result: { ...result, [field]: items, ...scope } }
    },
  }
}
