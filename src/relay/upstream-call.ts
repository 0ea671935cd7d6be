import {
  type ClientSource,
  type RemoteClient,
  type RemoteOutcome,
  succeed,
  withClient,
} from '../oauth-client/index.ts'

/** Runs a step with this server's client at the upstream; what it throws becomes a failure. */
export function withUpstream<T>(
  source: ClientSource,
  step: (client: RemoteClient) => T | Promise<T>,
): Promise<RemoteOutcome<T>> {
  return withClient(source, 'token_response', async (client) => succeed(await step(client)))
}
