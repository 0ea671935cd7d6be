import { once } from 'node:events'
import { join } from 'node:path'
import { createTokenIssuer } from 'mcp-gatehouse/testing'
import { expect, onTestFinished, test } from 'vitest'
import { exchange } from '../adapters/wire.ts'
import { ask } from '../conformance/eras.ts'
import { forkProcess } from '../contract/fork-process.ts'
import { isReachable } from '../contract/services.ts'
import { ECHO, startRawUpstream } from './raw-upstream.ts'
import { RESOURCE } from './world.ts'

const CALLS = 50
const DRAIN_MILLISECONDS = 30_000

test('SEC-366 after SIGTERM running calls are finished, new ones are not taken, and it exits with 0', async () => {
  const issuer = await createTokenIssuer()
  const upstream = await startRawUpstream()
  onTestFinished(async () => {
    await Promise.all([issuer.close(), upstream.close()])
  })
  const child = forkProcess(join(import.meta.dirname, 'terminated-gateway.ts'), 'inherit', [
    issuer.issuer,
    upstream.url,
  ])
  onTestFinished(() => void child.kill('SIGKILL'))
  const [url] = (await once(child, 'message')) as [string]
  const port = Number(new URL(url).port)
  const token = await issuer.mint({ aud: RESOURCE })
  const call = () => exchange(port, ask('2025-11-25', token, 'tools/call', { name: 'echo' }))

  const release = Promise.withResolvers<void>()
  upstream.respond = async (seen, response) => {
    await release.promise
    return ECHO(seen, response)
  }
  const running = Promise.all(Array.from({ length: CALLS }, call))
  await expect.poll(() => upstream.seen.length).toBe(CALLS)

  const exited = once(child, 'exit')
  const terminatedAt = performance.now()
  child.kill('SIGTERM')
  await expect.poll(() => isReachable('127.0.0.1', port)).toBe(false)
  release.resolve()
  const statuses = (await running).map(({ status }) => status)
  expect(new Set(statuses)).toEqual(new Set([200]))
  const [code, signal] = (await exited) as [number | null, string | null]
  expect([code, signal]).toEqual([0, null])
  expect(performance.now() - terminatedAt).toBeLessThan(DRAIN_MILLISECONDS)
})
