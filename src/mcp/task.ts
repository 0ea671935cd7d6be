/**
 * Tasks: work whose result is fetched later, by a handle (MCP 2025-11-25, "Tasks"; SEP-2663).
 *
 * @module
 */
import { asObject } from './json-rpc.ts'

const METHODS: ReadonlySet<unknown> = new Set([
  'tasks/get',
  'tasks/result',
  'tasks/update',
  'tasks/cancel',
])

/** The handles that a message names: of tasks that it asks about, answers, cancels or listens to. */
export function taskIdsOf(message: unknown): readonly string[] {
  const { method, params } = asObject(message) ?? {}
  const { notifications, taskId } = asObject(params) ?? {}
  if (METHODS.has(method)) return typeof taskId === 'string' ? [taskId] : []
  const listened =
    method === 'subscriptions/listen' ? asObject(notifications)?.['taskIds'] : undefined
  return Array.isArray(listened) ? listened.filter((id) => typeof id === 'string') : []
}

/**
 * The handle that a response gives out: `result.task.taskId` in 2025-11-25, `result.taskId` beside
 * `resultType: "task"` in the extension of 2026-07-28.
 */
export function createdTaskIdOf(message: unknown): string | undefined {
  const result = asObject(asObject(message)?.['result'])
  const task = result?.['resultType'] === 'task' ? result : asObject(result?.['task'])
  const taskId = task?.['taskId']
  return typeof taskId === 'string' ? taskId : undefined
}

/**
 * Whether the answer to a request may be a task: it asks for one (MCP 2025-11-25), or its client
 * declares the extension (SEP-2663).
 */
export function mayCreateTask(message: unknown): boolean {
  const params = asObject(asObject(message)?.['params'])
  const capabilities = asObject(params?.['_meta'])?.['io.modelcontextprotocol/clientCapabilities']
  const extensions = asObject(asObject(capabilities)?.['extensions'])
  return (
    params?.['task'] !== undefined || extensions?.['io.modelcontextprotocol/tasks'] !== undefined
  )
}
