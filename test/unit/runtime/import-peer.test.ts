import { ConfigError } from 'mcp-gatehouse'
import { expect, test } from 'vitest'
import { importPeer } from '../../../src/runtime/index.ts'

test('a peer that is missing is named with the command that installs it', async () => {
  const missing = new Error("Cannot find package 'oidc-provider'")
  const error: unknown = await importPeer('oidc-provider', () => Promise.reject(missing)).catch(
    (reason: unknown) => reason,
  )
  expect(error).toEqual(
    new ConfigError('ERR_CONFIG_PEER_MISSING', 'oidc-provider', { cause: missing }),
  )
})
