import { importPeer } from '../../runtime/index.ts'
import type { Elicitation } from './elicitation.ts'

/** The SDKs pass on their own class alone; of everything else they make a tool error. */
export async function throwSdkError(
  version: 1 | 2,
  elicitations: Elicitation[],
  message: string,
): Promise<never> {
  if (version === 1) {
    const sdk = await importPeer(
      '@modelcontextprotocol/sdk',
      () => import('@modelcontextprotocol/sdk/types.js'),
    )
    throw new sdk.UrlElicitationRequiredError(elicitations, message)
  }
  const sdk = await importPeer(
    '@modelcontextprotocol/server',
    () => import('@modelcontextprotocol/server'),
  )
  throw new sdk.UrlElicitationRequiredError(elicitations, message)
}
