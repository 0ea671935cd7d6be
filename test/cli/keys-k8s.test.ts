import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { makeFolder, modeOf, runHere } from './support.ts'

const NEW = ['keys', 'k8s', '--use', 'state']

const decode = (data: string): string => Buffer.from(data, 'base64').toString()

describe('a Secret', () => {
  test('holds the keys of a file as they are', async () => {
    const folder = await makeFolder()
    await runHere(folder, ['keys', 'generate', '--use', 'signing', '--out', 'keys.json'])
    const argv = [
      'keys',
      'k8s',
      '--file',
      'keys.json',
      '--secret-name',
      'a.b-1',
      '--namespace',
      'prod',
    ]
    const { code, stdout, stderr } = await runHere(folder, argv)
    const { data, ...manifest } = JSON.parse(stdout)
    expect([code, stderr]).toEqual([0, 'Secret a.b-1 of namespace prod, entry mcp_jwks.\n'])
    expect(manifest).toEqual({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'a.b-1', namespace: 'prod' },
      type: 'Opaque',
    })
    expect(Object.keys(data)).toEqual(['mcp_jwks'])
    expect(decode(data.mcp_jwks)).toBe(await readFile(join(folder, 'keys.json'), 'utf8'))
    expect((await runHere(folder, [...argv, '--json'])).stdout).toBe(stdout)
    const text = await readFile(join(folder, 'keys.json'), 'utf8')
    const fromStdin = argv.with(3, '-')
    expect((await runHere(folder, fromStdin, { stdin: text })).stdout).toBe(stdout)
  })

  test('holds new keys, which are nowhere else', async () => {
    const folder = await makeFolder()
    const { code, stdout } = await runHere(folder, [...NEW, '--json'])
    const { data, metadata } = JSON.parse(stdout)
    expect([code, metadata]).toEqual([0, { name: 'mcp-server-keys', namespace: 'default' }])
    expect(JSON.parse(decode(data.mcp_jwks)).keys).toMatchObject([
      { ring: 'state', status: 'current' },
      { ring: 'state', status: 'next' },
    ])
    const { stdout: second } = await runHere(folder, [...NEW, '--json'])
    expect(second).not.toBe(stdout)
  })

  test('goes into a new file that only its owner can read, from a terminal too', async () => {
    const folder = await makeFolder()
    const argv = [...NEW, '--out', 'secret.json']
    const { code, stdout } = await runHere(folder, argv, { isTerminal: { stdout: true } })
    expect([code, stdout]).toEqual([
      0,
      expect.stringContaining('kubectl apply --server-side -f secret.json'),
    ])
    expect(await modeOf(join(folder, 'secret.json'))).toBe('600')
    const before = await readFile(join(folder, 'secret.json'), 'utf8')
    expect(JSON.parse(before).kind).toBe('Secret')
    const again = await runHere(folder, [...argv, '--json'])
    expect([again.code, await readFile(join(folder, 'secret.json'), 'utf8')]).toEqual([1, before])
  })
})

describe('a name that Kubernetes does not take is refused', () => {
  const refused = ['A', 'a_b', '-a', 'a-', 'a b', 'a\nkind: Pod', 'é', '..', 'a..b', 'a/b', 'x: y']
  test.each([...refused, 'z'.repeat(64), `${'a.'.repeat(126)}ab`])(
    '--secret-name %j',
    async (name) => {
      const { code, stdout, stderr } = await runHere('/nowhere', [...NEW, `--secret-name=${name}`])
      expect([code, stdout, stderr]).toEqual([
        2,
        '',
        expect.stringMatching(/^mcp-gatehouse: --secret-name is [^\n]*\n$/),
      ])
    },
  )

  test.each([...refused, 'a.b', 'z'.repeat(64)])('--namespace %j', async (name) => {
    const { code, stdout, stderr } = await runHere('/nowhere', [...NEW, `--namespace=${name}`])
    expect([code, stdout, stderr]).toEqual([
      2,
      '',
      expect.stringMatching(/^mcp-gatehouse: --namespace is [^\n]*\n$/),
    ])
  })

  test.each(['a', '0', 'a-b', 'a'.repeat(63)])('and %s is not', async (name) => {
    const argv = [...NEW, '--namespace', name, '--secret-name', `${name}.${name}`]
    expect((await runHere('/nowhere', argv)).code).toBe(0)
  })
})
