import { UpstreamError } from 'mcp-gatehouse'
import type { AuthorizationServer } from 'mcp-gatehouse/authorization-server'

/** Before the process says that it is ready. */
export async function checkProvider(server: AuthorizationServer): Promise<void> {
  try {
    await server.warmUp()
  } catch (error) {
    // A provider that is away for a minute must not keep every new process from starting.
    if (!(error instanceof UpstreamError && error.retryable)) throw error
    console.warn(error.message)
  }
}
