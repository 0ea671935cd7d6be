import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { AuditEvent } from 'mcp-gatehouse'
import type { CommandUpstreamOptions } from 'mcp-gatehouse/gateway'
import { expect, onTestFinished, test } from 'vitest'
import { openStdioWorld, SDK_SERVER } from './world.ts'

type Env = NonNullable<CommandUpstreamOptions['env']>

async function failureWith(env: unknown) {
  const world = await openStdioWorld({ ...SDK_SERVER, env: (async () => env) as Env })
  onTestFinished(() => world.close())
  await expect(world.connect('alice')).rejects.toThrow('temporarily_unavailable')
  const failed = world.events.find((event) => event.type === 'upstream.failed')
  return failed as Extract<AuditEvent, { type: 'upstream.failed' }>
}

test.each([
  ['no object', undefined],
  ['can have: KEY', { KEY: undefined }],
  ['can have: KEY', { KEY: 'sk-very-secret\0' }],
  ['can have: a-b', { 'a-b': 'sk-very-secret' }],
])(
  'what no process can be given is told to the operator without its value: %s',
  async (text, env) => {
    const { error, reason } = await failureWith(env)
    expect(reason).toBe('credentials')
    expect(error?.message).toContain(text)
    expect(error?.message).not.toContain('sk-very-secret')
  },
)

test('a process for which no file descriptor is left does not end the gateway', async () => {
  const script = join(import.meta.dirname, 'without-descriptors.ts')
  const command = `ulimit -n 128; exec "$0" --conditions=mcp-gatehouse-source "$1"`
  const started = promisify(execFile)('sh', ['-c', command, process.execPath, script])
  await expect(started).resolves.toMatchObject({ stdout: 'STDIO_NOT_STARTED' })
})
