import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { encryptionKeysFromEnvironment } from 'mcp-gatehouse/keys'
import { expect, test } from 'vitest'
import { makeFolder, modeOf, readKeySet, runHere } from '../cli/support.ts'

// The command of mcp-auth-middleware: `generate`, `k8s` and `clean` are `mcp-gatehouse keys …` here.

const GENERATE = ['keys', 'generate', '--use', 'encryption']

test('system 2: the command generate', async () => {
  const folder = await makeFolder()
  const { code, stdout } = await runHere(folder, GENERATE)
  const file = join(folder, '.keys/encryption.json')
  expect([code, await modeOf(file)]).toEqual([0, '600'])
  expect(stdout).toContain(`MCP_KEY_FILE_PATH=${file}`)
  expect(stdout).toContain('.gitignore')
  const [published] = await readKeySet(join(folder, '.keys/encryption.public.json'))
  expect(published).not.toHaveProperty('d')
  const ring = await encryptionKeysFromEnvironment({ environment: { MCP_KEY_FILE_PATH: file } })
  expect((await ring.current()).kid).toBe(published?.kid)
  // The keys in use are not overwritten.
  const before = await readFile(file, 'utf8')
  expect((await runHere(folder, GENERATE)).code).toBe(1)
  expect(await readFile(file, 'utf8')).toBe(before)
})

test('system 2: the command k8s', async () => {
  const folder = await makeFolder()
  await runHere(folder, GENERATE)
  const file = '.keys/encryption.json'
  const names = ['--namespace', 'prod', '--secret-name', 'mcp-keys']
  const { stdout } = await runHere(folder, ['keys', 'k8s', '--file', file, ...names])
  const manifest: unknown = JSON.parse(stdout)
  const content = await readFile(join(folder, file))
  expect(manifest).toEqual({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'mcp-keys', namespace: 'prod' },
    type: 'Opaque',
    data: { mcp_jwks: content.toString('base64') },
  })
  const injected = ['keys', 'k8s', '--file', file, '--namespace', 'a\nkind: Role']
  expect(await runHere(folder, injected)).toMatchObject({ code: 2, stdout: '' })
})

test('system 2: the command clean', async () => {
  const folder = await makeFolder()
  await runHere(folder, GENERATE)
  const clean = ['keys', 'clean', '--file', '.keys/encryption.json', '--yes']
  const { code, stdout } = await runHere(folder, clean)
  expect(code).toBe(0)
  expect(stdout).toContain('  .keys/encryption.json\n')
  expect(stdout).toContain('Deleted, not destroyed')
  expect(await readdir(join(folder, '.keys'))).toEqual([])
  expect(await runHere(folder, clean)).not.toMatchObject({ stdout })
})

test('system 2: the example manifest', async () => {
  const folder = 'deploy/kubernetes'
  const deployment = await readFile(`${folder}/deployment.yaml`, 'utf8')
  const service = await readFile(`${folder}/service.yaml`, 'utf8')
  for (const line of [
    'automountServiceAccountToken: false',
    'defaultMode: 0400',
    'name: MCP_KEY_FILE_PATH\n              value: /etc/mcp/secrets/key.json',
    'mountPath: /etc/mcp/secrets',
    'key: mcp_jwks\n                path: key.json',
    'secretName: mcp-server-keys',
  ]) {
    expect(deployment).toContain(line)
  }
  expect(service).toContain('type: ClusterIP')
  expect(service).toContain('port: 8000')
  // The secret that the command makes has the name and the entry that are mounted.
  const { stdout } = await runHere(await makeFolder(), ['keys', 'k8s', '--use', 'encryption'])
  expect(JSON.parse(stdout)).toMatchObject({
    metadata: { name: 'mcp-server-keys' },
    data: { mcp_jwks: expect.any(String) as string },
  })
})
