import { appendFile, mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough, Writable } from 'node:stream'
import type { AuditEvent } from 'mcp-gatehouse'
import { type AuditProblem, createAuditLog, verifyAuditLog } from 'mcp-gatehouse/audit'
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest'

const KEY = 'Zm9yIHRlc3RzIGFsb25lLCA0MyBjaGFyYWN0ZXJzIG9mIGl0'
const warning = (message: string): AuditEvent => ({ type: 'config.warning', at: 0, message })

let file = ''
beforeEach(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'gatehouse-audit-'))
  file = join(folder, 'audit.jsonl')
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
})

async function writeLog(count: number): Promise<void> {
  const audit = await createAuditLog({ key: KEY, file })
  for (let index = 0; index < count; index += 1) await audit.write(warning(`Zürich ${index}`))
  await audit.close()
}

describe('SEC-378 the end of an audit file', () => {
  test('is whole after a crash inside a character of several bytes', async () => {
    await writeLog(2)
    const { length } = await readFile(file)
    await appendFile(file, Buffer.from('{"seq":4,"message":"Zürich').subarray(0, 22))
    await writeLog(1)
    expect((await readFile(file)).subarray(length - 1, length + 8).toString()).toBe('\n{"seq":4')
    expect(await verifyAuditLog([file], KEY)).toMatchObject({ ok: true, last: 5 })
  })

  test('is not moved by whoever can write both files, and has no key', async () => {
    await writeLog(4)
    const lines = (await readFile(file, 'utf8')).split('\n')
    const kept = lines.slice(0, 3).join('\n')
    const { seq, mac } = JSON.parse(lines[2] ?? '') as { seq: number; mac: string }
    const head = JSON.parse(await readFile(`${file}.head`, 'utf8')) as object
    await truncate(file, Buffer.byteLength(kept) + 1)
    await writeFile(`${file}.head`, JSON.stringify({ ...head, seq, mac }))
    expect(await verifyAuditLog([file], KEY)).toEqual({ ok: false, file, line: 4, fault: 'head' })
  })
})

describe('SEC-377 an audit log that is slow', () => {
  test('says how many events it has dropped, though no write has failed', async () => {
    const problems: AuditProblem[] = []
    const stream = new PassThrough()
    const onProblem = (problem: AuditProblem): number => problems.push(problem)
    const audit = await createAuditLog({ key: KEY, stream, maxWaiting: 10, onProblem })
    await audit.write(warning('first'))
    const burst = Array.from({ length: 25 }, (_, index) => audit.write(warning(`r${index}`)))
    const refused = (await Promise.allSettled(burst)).filter(({ status }) => status === 'rejected')
    await audit.close()
    const last = String(stream.read()).trimEnd().split('\n').at(-1) ?? ''
    expect(JSON.parse(last)).toMatchObject({ event: 'audit.dropped', count: refused.length })
    expect(refused).toHaveLength(15)
    expect(problems).toEqual([{ kind: 'recovered', dropped: 15 }])
  })

  test('goes on where whoever is told of a problem throws', async () => {
    const stream = new PassThrough()
    const onProblem = (): never => {
      throw new Error('of the listener')
    }
    const audit = await createAuditLog({ key: KEY, stream, maxWaiting: 2, onProblem })
    const burst = Array.from({ length: 5 }, (_, index) => audit.write(warning(`r${index}`)))
    expect((await Promise.allSettled(burst)).at(-1)?.status).toBe('rejected')
    await expect.poll(() => audit.write(warning('after')).then(() => 'written')).toBe('written')
    await audit.close()
    expect(String(stream.read())).toContain('"message":"after"')
  })

  test('leaves no listener at its stream, however often that is full', async () => {
    const stream = new Writable({
      highWaterMark: 1,
      write: (_chunk, _encoding, done) => setImmediate(done),
    })
    const before = stream.eventNames().length
    const audit = await createAuditLog({ key: KEY, stream })
    for (let index = 0; index < 20; index += 1) await audit.write(warning(`r${index}`))
    await audit.close()
    expect(['close', 'drain', 'error'].map((name) => stream.listenerCount(name))).toEqual([0, 0, 0])
    expect(stream.eventNames()).toHaveLength(before)
  })
})
