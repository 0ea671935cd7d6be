import {
  appendFile,
  mkdtemp,
  readFile,
  rename,
  rm,
  stat,
  truncate,
  writeFile,
} from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough, Writable } from 'node:stream'
import type { AuditEvent } from 'mcp-gatehouse'
import {
  type AuditLogOptions,
  type AuditProblem,
  createAuditLog,
  verifyAuditLog,
} from 'mcp-gatehouse/audit'
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest'

const KEY = 'Zm9yIHRlc3RzIGFsb25lLCA0MyBjaGFyYWN0ZXJzIG9mIGl0'
const START = 1_800_000_000
const deny = (correlationId: string, more: object = {}): AuditEvent => {
  const event = {
    type: 'auth.deny' as const,
    at: START,
    correlationId,
    reason: 'audience',
    status: 401,
    resource: 'https://mcp.example.com/mcp',
    method: 'POST',
    path: '/mcp',
    address: '203.0.113.7',
    issuer: 'https://id.example.com',
    subject: 'alice',
  }
  return { ...event, ...more }
}

let file = ''
beforeEach(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'gatehouse-audit-'))
  file = join(folder, 'audit.jsonl')
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
})

const linesOf = async (path: string): Promise<string[]> =>
  (await readFile(path, 'utf8')).split('\n').slice(0, -1)
const parsed = (line = ''): Record<string, unknown> => JSON.parse(line) as Record<string, unknown>

async function writeLog(count: number, options: Partial<AuditLogOptions> = {}): Promise<string[]> {
  const audit = await createAuditLog({ key: KEY, file, ...options })
  await Promise.all(Array.from({ length: count }, (_, index) => audit.write(deny(`r${index}`))))
  await audit.close()
  return linesOf(file)
}

describe('a line', () => {
  test('is one event as JSON, with its members in snake_case, and a subject nobody can read', async () => {
    const [, line] = await writeLog(1)
    const { mac, subject, ...rest } = parsed(line)
    expect(rest).toEqual({
      seq: 2,
      time: '2027-01-15T08:00:00.000Z',
      event: 'auth.deny',
      request_id: 'r0',
      reason: 'audience',
      status: 401,
      resource: 'https://mcp.example.com/mcp',
      method: 'POST',
      path: '/mcp',
      address: '203.0.113.7',
      issuer: 'https://id.example.com',
    })
    expect([mac, subject]).toEqual([
      expect.stringMatching(/^[\w-]{43}$/),
      expect.stringMatching(/^[\w-]{22}$/),
    ])
  })

  test('has the same pseudonym for a user everywhere, and another for another issuer', async () => {
    const audit = await createAuditLog({ key: KEY, file })
    await audit.write(deny('a'))
    await audit.write(deny('b', { reason: 'expired' }))
    await audit.write(deny('c', { issuer: 'https://other.example.com' }))
    await audit.close()
    const [, a, b, c] = (await linesOf(file)).map((line) => parsed(line)['subject'])
    expect(a).toBe(b)
    expect(c).not.toBe(a)
  })

  test('has the subject itself where that is asked for', async () => {
    const [, line] = await writeLog(1, { subjects: 'plain' })
    expect(parsed(line)['subject']).toBe('alice')
  })

  test('goes to a stream too', async () => {
    const stream = new PassThrough()
    const audit = await createAuditLog({ key: KEY, stream })
    await audit.write(deny('a'))
    await audit.close()
    expect(stream.writable).toBe(true)
    const events = String(stream.read())
      .trimEnd()
      .split('\n')
      .map((line) => parsed(line)['event'])
    expect(events).toEqual(['audit.opened', 'auth.deny'])
  })

  test('of an error has code and message, and neither stack nor cause', async () => {
    const audit = await createAuditLog({ key: KEY, file })
    const error = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' })
    await audit.write({ type: 'authorization_server.error', at: START, error })
    await audit.close()
    expect(parsed((await linesOf(file))[1])['error']).toEqual({
      name: 'Error',
      code: 'ECONNREFUSED',
      message: 'connect ECONNREFUSED',
    })
  })
})

describe('SEC-378 an audit file that was changed afterwards', () => {
  const verify = () => verifyAuditLog([file], KEY)
  const rewrite = (lines: readonly string[]) =>
    writeFile(file, lines.map((line) => `${line}\n`).join(''))

  test('is as it was written where nobody has touched it', async () => {
    await writeLog(1_200)
    expect(await verify()).toEqual({ ok: true, first: 1, last: 1_201, isEndKnown: true })
  })

  test('has its fault at the line that was edited', async () => {
    const lines = await writeLog(5)
    await rewrite(lines.with(3, (lines[3] ?? '').replace('"status":401', '"status":200')))
    expect(await verify()).toEqual({ ok: false, file, line: 4, fault: 'mac' })
  })

  test('has its fault where a line is missing, and where two have changed places', async () => {
    const lines = await writeLog(5)
    await rewrite(lines.toSpliced(2, 1))
    expect(await verify()).toEqual({ ok: false, file, line: 3, fault: 'mac' })
    await rewrite(lines.with(2, lines[3] ?? '').with(3, lines[2] ?? ''))
    expect(await verify()).toEqual({ ok: false, file, line: 3, fault: 'mac' })
  })

  test('has its fault where it was cut off, inside a line and between two', async () => {
    const lines = await writeLog(5)
    const { size } = await stat(file)
    await truncate(file, size - 20)
    expect(await verify()).toEqual({ ok: false, file, line: 6, fault: 'form' })
    await rewrite(lines.slice(0, 4))
    expect(await verify()).toEqual({ ok: false, file, line: 5, fault: 'truncated' })
  })

  test('has its fault at a line of another log, or of another key', async () => {
    const lines = await writeLog(3)
    expect(await verifyAuditLog([file], `${KEY}x`)).toMatchObject({ line: 1, fault: 'mac' })
    await rewrite([...lines, ...lines])
    expect(await verify()).toMatchObject({ line: 5, fault: 'mac' })
  })

  test('says that its end is unknown where there is no head', async () => {
    await writeLog(3)
    await rm(`${file}.head`)
    expect(await verify()).toEqual({ ok: true, first: 1, last: 4, isEndKnown: false })
  })
})

describe('a log goes on', () => {
  test('after a restart, and in a new file after reopen; the chain has no gap', async () => {
    await writeLog(2)
    const audit = await createAuditLog({ key: KEY, file })
    await audit.write(deny('x'))
    const old = `${file}.1`
    await rename(file, old)
    await audit.reopen()
    await audit.write(deny('y'))
    await audit.close()
    expect(await verifyAuditLog([old, file], KEY)).toMatchObject({ ok: true, first: 1, last: 7 })
    expect(await verifyAuditLog([file], KEY)).toMatchObject({ ok: true, first: 6, last: 7 })
  })

  test('after a crash inside a line, which is kept aside', async () => {
    await writeLog(2)
    await appendFile(file, '{"seq":4,"time":"2027')
    await writeLog(1)
    const lines = await linesOf(file)
    expect(parsed(lines[3])).toMatchObject({ event: 'audit.opened', torn: '{"seq":4,"time":"2027' })
    expect(await verifyAuditLog([file], KEY)).toMatchObject({ ok: true, last: 5 })
  })

  test('is for its owner alone', async () => {
    await writeLog(1)
    expect([(await stat(file)).mode & 0o777, (await stat(`${file}.head`)).mode & 0o777]).toEqual([
      0o600, 0o600,
    ])
  })
})

describe('SEC-377 an audit log that cannot be written', () => {
  /** A stream that fails while `isDown`, and keeps what it is given otherwise. */
  function flakyStream(): { stream: Writable; lines: string[]; state: { isDown: boolean } } {
    const state = { isDown: false }
    const lines: string[] = []
    const stream = new Writable({
      write(chunk, _encoding, done) {
        lines.push(...String(chunk).trimEnd().split('\n'))
        done()
      },
    })
    const write = stream.write.bind(stream)
    stream.write = (chunk: string) => {
      if (state.isDown) throw new Error('ENOSPC: no space left on device')
      return write(chunk)
    }
    return { stream, lines, state }
  }

  test('keeps so many events, drops the rest, says so, and counts them once it works again', async () => {
    const problems: AuditProblem['kind'][] = []
    const { stream, lines, state } = flakyStream()
    const onProblem = ({ kind }: AuditProblem): number => problems.push(kind)
    const audit = await createAuditLog({ key: KEY, stream, maxWaiting: 10, onProblem })
    await audit.write(deny('before'))
    state.isDown = true
    const outcomes = await Promise.allSettled(
      Array.from({ length: 25 }, (_, index) => audit.write(deny(`r${index}`))),
    )
    expect(outcomes.map(({ status }) => status)).toEqual(
      Array.from({ length: 25 }, () => 'rejected'),
    )
    expect(problems).toEqual(['failing'])
    state.isDown = false
    await expect.poll(() => lines.length).toBe(13)
    await audit.close()
    const ids = lines.map((line) => parsed(line)['request_id'] ?? parsed(line)['event'])
    expect(ids).toEqual([
      'audit.opened',
      'before',
      ...Array.from({ length: 10 }, (_, index) => `r${index}`),
      'audit.dropped',
    ])
    expect(parsed(lines.at(-1))).toMatchObject({ count: 15 })
    expect(problems).toEqual(['failing', 'recovered'])
  })

  test('rejects with what is wrong and what to do, and says at its end what is missing', async () => {
    const { stream, state } = flakyStream()
    const audit = await createAuditLog({ key: KEY, stream, onProblem: () => undefined })
    state.isDown = true
    await expect(audit.write(deny('a'))).rejects.toMatchObject({
      code: 'ERR_STORAGE_WRITE',
      message: expect.stringMatching(/^Audit log: .*Check free space/),
    })
    await expect(audit.close()).rejects.toMatchObject({ code: 'ERR_STORAGE_WRITE' })
    await expect(audit.write(deny('b'))).rejects.toMatchObject({ code: 'ERR_STORAGE_WRITE' })
  })

  test('leaves no half line where a write was only begun', async () => {
    const audit = await createAuditLog({ key: KEY, file, onProblem: () => undefined })
    await audit.write(deny('a'))
    await audit.close()
    await appendFile(file, 'half of a li')
    expect(await verifyAuditLog([file], KEY)).toMatchObject({ ok: false, line: 3, fault: 'form' })
    await writeLog(1)
    expect(await verifyAuditLog([file], KEY)).toMatchObject({ ok: true })
  })
})

describe('options', () => {
  test.each([
    [{ file: 'a.jsonl' }, 'ERR_CONFIG_SECRET_TOO_SHORT'],
    [{ file: 'a.jsonl', key: '' }, 'ERR_CONFIG_SECRET_TOO_SHORT'],
    [{ file: 'a.jsonl', key: new Uint8Array(31) }, 'ERR_CONFIG_SECRET_TOO_SHORT'],
    [{ key: KEY }, 'ERR_CONFIG_OPTIONS_CONFLICT'],
    [{ key: KEY, file: 'a', stream: new PassThrough() }, 'ERR_CONFIG_OPTIONS_CONFLICT'],
    [{ key: KEY, file: '' }, 'ERR_CONFIG_OPTION_TYPE'],
    [{ key: KEY, file: 'a', subjects: 'hidden' }, 'ERR_CONFIG_OPTION_TYPE'],
    [{ key: KEY, file: 'a', maxWaiting: 0 }, 'ERR_CONFIG_NUMBER_RANGE'],
    [{ key: KEY, path: 'a' }, 'ERR_CONFIG_OPTION_UNKNOWN'],
  ])('%j is refused: %s', async (options, code) => {
    await expect(createAuditLog(options as unknown as AuditLogOptions)).rejects.toMatchObject({
      code,
    })
  })

  test('a folder that is not there is an error at once', async () => {
    const missing = join(file, 'audit.jsonl')
    await expect(createAuditLog({ key: KEY, file: missing })).rejects.toMatchObject({
      code: 'ENOENT',
    })
  })
})
