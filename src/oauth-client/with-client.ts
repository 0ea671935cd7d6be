import { classifyFailure } from './classify-failure.ts'
import type { ClientSource, RemoteClient } from './client-source.ts'
import { fail, type RemoteOutcome, type RemoteRefusal } from './outcome.ts'

/** Runs a step with the client; what it throws becomes a failure. */
export async function withClient<T>(
  source: ClientSource,
  reason: RemoteRefusal,
  step: (client: RemoteClient) => Promise<RemoteOutcome<T>>,
): Promise<RemoteOutcome<T>> {
  let openid: RemoteClient['openid'] | undefined
  try {
    const client = await source()
    openid = client.openid
    return await step(client)
  } catch (error) {
    return fail(classifyFailure(openid, error, reason))
  }
}
