/** Asks a client to have its user open a URL (MCP 2025-11-25). */
export interface Elicitation {
  readonly mode: 'url'
  readonly elicitationId: string
  readonly url: string
  readonly message: string
}
