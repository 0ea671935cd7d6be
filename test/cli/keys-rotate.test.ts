import { writeFileSync } from 'node:fs'
import { chmod, readdir, readFile, rename, symlink, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { beforeEach, describe, expect, test } from 'vitest'
import { createKeyRing, keysFromFile } from '../../src/keys/index.ts'
import { openStorage, sealed } from '../../src/storage/index.ts'
import { START_SECONDS } from '../security/support/test-clock.ts'
import { makeFolder, modeOf, readKeySet, runHere, startProcess } from './support.ts'

let folder = ''
let file = ''
let publicFile = ''
beforeEach(async () => {
  folder = await makeFolder()
  file = join(folder, 'keys.json')
  publicFile = join(folder, 'keys.public.json')
})

async function generate(use: string, ...more: readonly string[]) {
  const argv = ['keys', 'generate', '--use', use, '--out', file, ...more]
  expect((await runHere(folder, argv)).code).toBe(0)
  return readKeySet(file)
}

async function rotate(now: number, ...more: readonly string[]) {
  return runHere(folder, ['keys', 'rotate', '--file', 'keys.json', ...more], { now })
}

const statuses = async () => (await readKeySet(file)).map(({ status, kid }) => [status, kid])

describe('a rotation', () => {
  test('makes the next key current, in both files, and says so', async () => {
    const [first, second] = await generate('signing')
    const { code, stdout, stderr } = await rotate(START_SECONDS + 600)
    const [, third] = await readKeySet(file)
    expect(await statuses()).toEqual([
      ['current', second?.kid],
      ['next', third?.kid],
      ['previous', first?.kid],
    ])
    const published = (await readKeySet(publicFile)).map(({ kid }) => kid)
    expect(published).toEqual([second?.kid, third?.kid, first?.kid])
    expect([code, stderr]).toEqual([0, ''])
    expect(stdout).toBe(`Rotated the signing keys in keys.json
  ${second?.kid}  next -> current
  ${third?.kid}  new -> next
  ${first?.kid}  current -> previous

Previous keys are accepted 30 d after they were replaced.
`)
    expect([await modeOf(file), await modeOf(publicFile)]).toEqual(['600', '644'])
    expect(await readdir(folder)).toEqual(['keys.json', 'keys.public.json'])
  })

  test('warns where others cannot have seen the new current key', async () => {
    await generate('signing')
    const { code, stderr } = await rotate(START_SECONDS + 599)
    expect([code, stderr]).toEqual([0, expect.stringContaining('less than 10 minutes')])
    await generateAgain('state')
    expect((await rotate(START_SECONDS)).stderr).toBe('')
  })

  async function generateAgain(use: string) {
    file = join(folder, 'other.json')
    await generate(use)
    await rename(file, join(folder, 'keys.json'))
  }

  test('drops previous keys after the overlap', async () => {
    const [first] = await generate('state')
    await rotate(START_SECONDS + 10, '--overlap', '100')
    expect((await statuses()).map(([, kid]) => kid)).toContain(first?.kid)
    const { stdout } = await rotate(START_SECONDS + 110, '--overlap', '100', '--json')
    expect(JSON.parse(stdout)).toMatchObject({ dropped: [first?.kid], overlapSeconds: 100 })
    expect((await statuses()).map(([, kid]) => kid)).not.toContain(first?.kid)
  })

  test('three times drops all keys of a file that has leaked', async () => {
    const leaked = new Set((await generate('state')).map(({ kid }) => kid))
    const left: number[] = []
    for (const round of [2, 4, 6]) {
      await rotate(START_SECONDS + round, '--overlap', '1')
      left.push((await statuses()).filter(([, kid]) => leaked.has(kid ?? '')).length)
    }
    expect(left).toEqual([2, 1, 0])
  })

  test('changes the algorithm of the next key only', async () => {
    await generate('signing')
    await rotate(START_SECONDS + 600, '--alg', 'EdDSA')
    expect((await readKeySet(file)).map(({ alg }) => alg)).toEqual(['ES256', 'EdDSA', 'ES256'])
  })

  test('takes a file from elsewhere, which does not say what it is for', async () => {
    const [key] = await generate('state')
    await writeFile(file, JSON.stringify({ keys: [{ kty: 'oct', k: key?.['k'] }] }))
    const unclear = await rotate(START_SECONDS)
    expect([unclear.code, unclear.stderr]).toEqual([2, expect.stringContaining('add --use')])
    expect((await rotate(START_SECONDS, '--use', 'state')).code).toBe(0)
    expect((await statuses()).map(([status]) => status)).toEqual(['current', 'next', 'previous'])
  })

  test('leaves a file alone that was changed meanwhile', async () => {
    await generate('state')
    const text = await readFile(file, 'utf8')
    const now = () => {
      writeFileSync(file, `${text}\n`)
      return START_SECONDS
    }
    const { code, stderr } = await runHere(folder, ['keys', 'rotate', '--file', file], { now })
    expect([code, stderr]).toEqual([1, expect.stringContaining('changed meanwhile')])
    expect(await readFile(file, 'utf8')).toBe(`${text}\n`)
    expect(await readdir(folder)).toEqual(['keys.json'])
  })

  test('keeps the group that may read, and a symbolic link that leads to the file', async () => {
    await generate('state')
    await chmod(file, 0o640)
    await symlink('keys.json', join(folder, 'link.json'))
    const { code } = await runHere(folder, ['keys', 'rotate', '--file', 'link.json'])
    expect([code, await modeOf(file)]).toEqual([0, '640'])
    expect((await statuses()).length).toBe(3)
    expect(await readFile(join(folder, 'link.json'), 'utf8')).toBe(await readFile(file, 'utf8'))
  })

  test.each(['644', '604'])('refuses a file of mode 0%s', async (mode) => {
    await generate('state')
    await chmod(file, Number.parseInt(mode, 8))
    const before = await readFile(file, 'utf8')
    const { code, stderr } = await rotate(START_SECONDS)
    expect([code, stderr]).toEqual([1, expect.stringContaining(`(mode 0${mode})`)])
    expect(await readFile(file, 'utf8')).toBe(before)
  })

  test('removes what an ended process has left, and not what a running one works on', async () => {
    await generate('state')
    const [old, fresh] = ['.keys.json.old.tmp', '.keys.json.fresh.tmp'].map((name) =>
      join(folder, name),
    )
    for (const path of [old ?? '', fresh ?? '', join(folder, '.other.json.old.tmp')]) {
      await writeFile(path, '')
      if (path !== fresh) await utimes(path, 0, 0)
    }
    await rotate(START_SECONDS)
    expect(await readdir(folder)).toEqual([
      '.keys.json.fresh.tmp',
      '.other.json.old.tmp',
      'keys.json',
    ])
  })
})

describe('SEC-262 storage keys', () => {
  test('are all kept where nobody has looked into the storage', async () => {
    const [first] = await generate('storage')
    for (const round of [1, 2, 3]) await rotate(START_SECONDS + round * 1_000, '--overlap', '1')
    const kept = await statuses()
    expect(kept.length).toBe(5)
    expect(kept.at(-1)).toEqual(['previous', first?.kid])
  })

  test('are dropped with --storage, unless a record is sealed with them', async () => {
    const [first, second] = await generate('storage')
    const path = join(folder, 'data/gatehouse.db')
    const ring = await createKeyRing({ use: 'storage', source: keysFromFile(file) })
    const store = await openStorage(`sqlite:${path}`)
    const storage = await sealed(store, ring)
    await storage.set('record', new Uint8Array([1]))
    await storage.close()

    const argv = ['--overlap', '1', '--storage', 'env:STORE', '--json']
    const env = { STORE: `sqlite:${path}` }
    const line = ['keys', 'rotate', '--file', file, ...argv]
    const results: unknown[] = []
    for (const round of [1, 2, 3]) {
      const run = await runHere(folder, line, { env, now: START_SECONDS + round * 1_000 })
      results.push(JSON.parse(run.stdout))
    }
    expect(results).toMatchObject([
      { dropped: [], kept: [] },
      { dropped: [], kept: [first?.kid] },
      { dropped: [second?.kid], kept: [first?.kid] },
    ])
    const unset = await runHere(folder, line)
    expect([unset.code, unset.stderr]).toEqual([2, expect.stringContaining('is not set')])
    const before = await readFile(file, 'utf8')
    const other = await runHere(folder, line, { env: { STORE: `sqlite:${folder}/other/x.db` } })
    expect([other.code, other.stderr]).toEqual([
      1,
      expect.stringContaining('never used with these keys'),
    ])
    expect(await readFile(file, 'utf8')).toBe(before)
  })

  test('alone have a --storage', async () => {
    await generate('state')
    const { code, stderr } = await rotate(START_SECONDS, '--storage', 'sqlite:x.db')
    expect([code, stderr]).toEqual([
      2,
      'mcp-gatehouse: --storage is for storage keys, and these are for state.\n',
    ])
  })
})

describe('as a process', () => {
  test('one that is killed at any moment leaves the old keys or the new ones', async () => {
    await generate('signing')
    const argv = ['keys', 'rotate', '--file', file]
    const started = performance.now()
    await startProcess(folder, argv).ended
    const duration = performance.now() - started
    let isNew = 0
    let isOld = 0
    while (performance.now() - started < 6_000) {
      const before = await readFile(file, 'utf8')
      const { child, ended } = startProcess(folder, argv)
      const signal = (isNew + isOld) % 2 === 0 ? 'SIGKILL' : 'SIGINT'
      await wait(duration * (0.4 + Math.random() * 0.7))
      child.kill(signal)
      await ended
      const after = await readFile(file, 'utf8')
      if (after === before) isOld += 1
      else isNew += 1
      const kids = (await readKeySet(file)).map(({ kid }) => kid)
      const published = new Set((await readKeySet(publicFile)).map(({ kid }) => kid))
      expect(kids.filter((kid) => !published.has(kid))).toEqual([])
      expect(await modeOf(file)).toBe('600')
      await createKeyRing({ use: 'signing', source: keysFromFile(file) })
    }
    expect(isOld).toBeGreaterThan(0)
    expect((await runHere(folder, argv)).code).toBe(0)
    for (const name of (await readdir(folder)).filter((left) => left.endsWith('.tmp'))) {
      expect(await modeOf(join(folder, name))).toMatch(/^6(?:00|44)$/)
    }
    await runHere(folder, ['keys', 'clean', '--file', file, '--yes'])
    expect(await readdir(folder)).toEqual([])
  })

  test('of several at once, each rotates what it has read, or changes nothing', async () => {
    await generate('encryption')
    const argv = ['keys', 'rotate', '--file', file]
    const runs = await Promise.all([1, 2, 3].map(() => startProcess(folder, argv).ended))
    const done = runs.filter(({ code }) => code === 0)
    expect(done.length).toBeGreaterThan(0)
    const refused = runs.filter(({ stderr }) => stderr.includes('changed meanwhile'))
    expect(done.length + refused.length).toBe(runs.length)
    await createKeyRing({ use: 'encryption', source: keysFromFile(file) })
  })
})
