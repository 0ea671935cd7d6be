import assert from 'node:assert/strict'
import { bytes, type ContractCase, collect, read } from './world.ts'

/** Texts that are something else to SQL, Redis, Lua, LIKE, JSON, JavaScript or a human reader. */
const HOSTILE = [
  "'; DROP TABLE records; --",
  "' OR '1'='1",
  "x' UNION SELECT * FROM records --",
  '"; SELECT pg_sleep(5); --',
  "E'\\x27'",
  '$1',
  '?1',
  ':key',
  '@key',
  '\\',
  '\\\\',
  "\\'",
  '%',
  '%%',
  '_',
  '*',
  '[a-z]*',
  'FLUSHALL',
  '\r\nFLUSHALL\r\n',
  '*1\r\n$8\r\nFLUSHALL\r\n',
  "redis.call('FLUSHALL')",
  "]] redis.call('DEL', KEYS[1]) --[[",
  '{a}',
  '{}',
  '{',
  '}{',
  'a:b',
  'a::b',
  ':',
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  'null',
  'undefined',
  'NaN',
  '0',
  '00',
  '1',
  '1.0',
  '1e0',
  'true',
  '{"key":1}',
  '../../../etc/passwd',
  '\u00e9',
  'e\u0301',
  '\u212b',
  '\u00c5',
  'A\u030a',
  'Alice',
  'alice',
  'ALICE',
  'alice ',
  ' alice',
  'alice\t',
  'alice\u00a0',
  'alice\u200b',
  'İ',
  'i',
  'I',
  'ı',
  'ß',
  'ss',
  '😀',
  '👩‍👩‍👧',
  '\u202egnp.exe',
  '\ufeff',
  '\ufffd',
  '\uffff',
  '\u{10ffff}',
  '\u0001',
  '\u007f',
  '\n',
  ' ',
]

/** Keys, tags and names of locks are compared byte by byte, and are never a part of a command. */
export const textCases: readonly ContractCase[] = [
  {
    name: 'SEC-275 SEC-278 any text is a key, a tag and a value, and two texts are never the same',
    async run({ storage, other, own }) {
      const long = 'k'.repeat(1_023 - Buffer.byteLength(own('')))
      const texts = [...HOSTILE, `${long}a`, `${long}b`, `${long.slice(2)}é`].map(own)
      for (const text of texts) {
        assert.equal(await storage.set(text, bytes(text), { ifAbsent: true, tags: [text] }), true)
      }
      for (const text of texts) {
        assert.equal(await read(other, text), text)
        assert.deepEqual(await collect(other.listByTag(text)), [text])
      }
      assert.deepEqual(await collect(other.list(own(''))), texts.toSorted())
      for (const [index, text] of texts.entries()) {
        if (index % 2 === 0) assert.equal(await storage.deleteByTag(text), 1)
        else assert.ok(await storage.take(text))
        assert.equal(await storage.get(text), undefined)
      }
    },
  },
  {
    name: 'SEC-275 any text is the name of a lock, and a key of a batch',
    async run({ storage, other, own }) {
      const texts = HOSTILE.map(own)
      for (const text of texts) assert.ok(await storage.lock(text, 60), text)
      for (const text of texts) assert.equal(await other.lock(text, 60), undefined, text)
      const writes = texts.map((key) => ({ kind: 'set', key, value: bytes(key) }) as const)
      assert.equal(await storage.commit(writes), true)
      assert.deepEqual(await collect(other.list(own(''))), texts.toSorted())
    },
  },
  {
    name: 'SEC-275 a text without anything around it is a key too',
    async run({ storage, own }) {
      for (const text of HOSTILE) {
        const [before, tag] = [await storage.get(text), own('tag')]
        assert.equal(before, undefined, `${JSON.stringify(text)} is not in use`)
        assert.equal(await storage.set(text, bytes(text), { tags: [tag] }), true)
        assert.deepEqual(await collect(storage.listByTag(tag)), [text])
        assert.equal(await read(storage, text), text)
        assert.equal(await storage.delete(text), true)
      }
    },
  },
]
