/**
 * What a client may send by any revision of the MCP specification, 2024-11-05 to 2026-07-28, and by
 * its tasks extension, as far as the method itself is all that it asks for.
 *
 * Methods that name a tool, a resource or a prompt are NOT here: the rule of the name decides.
 */
const KNOWN_METHODS: ReadonlySet<string> = new Set([
  'completion/complete',
  'initialize',
  'logging/setLevel',
  'notifications/cancelled',
  'notifications/initialized',
  'notifications/progress',
  'notifications/roots/list_changed',
  'notifications/tasks/status',
  'ping',
  'prompts/list',
  'resources/list',
  'resources/templates/list',
  'server/discover',
  'subscriptions/listen',
  'tasks/cancel',
  'tasks/get',
  'tasks/list',
  'tasks/result',
  'tasks/update',
  'tools/list',
])

/** Whether a method without a rule is open to every authenticated caller. */
export function isKnownMethod(method: string): boolean {
  return KNOWN_METHODS.has(method)
}
