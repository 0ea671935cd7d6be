import { describe, expect, test } from 'vitest'
import { nearest } from '../../src/cli/nearest.ts'
import { makeFolder, runHere } from './support.ts'

const NAMES = [
  'keys generate',
  'keys rotate',
  'keys list',
  'keys storage',
  'keys k8s',
  'keys clean',
  'api-keys issue',
  'api-keys list',
  'api-keys revoke',
  'provider check',
  'token inspect',
  'doctor',
  'init',
] as const

async function run(...argv: readonly string[]) {
  return runHere('/nowhere', argv)
}

describe('help', () => {
  test.each(NAMES)('of %s', async (name) => {
    const { code, stdout, stderr } = await run(...name.split(' '), '--help')
    expect([code, stderr]).toEqual([0, ''])
    expect(stdout).toMatchSnapshot()
    expect(stdout.split('\n').filter((line) => line.length > 100 && !/^ {2}/.test(line))).toEqual(
      [],
    )
    expect((await run(...name.split(' '), '-h')).stdout).toBe(stdout)
  })

  test('of everything, and of a group', async () => {
    const { code, stdout } = await run('--help')
    expect(code).toBe(0)
    expect(stdout).toMatchSnapshot()
    expect(await run('-h')).toEqual({ code: 0, stdout, stderr: '' })
    for (const group of ['keys', 'api-keys', 'provider', 'token']) {
      const { stdout: ofGroup } = await run(group, '--help')
      const names = [...ofGroup.matchAll(/^ {2}([a-z-]+ [a-z\d]+) {2}/gm)].map(([, name]) => name)
      expect(names).toEqual(NAMES.filter((name) => name.startsWith(`${group} `)))
    }
  })

  test('stands on stderr where no command is given', async () => {
    for (const argv of [[], ['keys'], ['--json']]) {
      const { stdout: help } = await run(...argv.filter((word) => word === 'keys'), '--help')
      const { code, stderr } = await run(...argv)
      expect([code, stderr]).toEqual([2, `mcp-gatehouse: No command is given.\n\n${help}`])
    }
  })
})

describe('SEC-391 what is misspelt is an error, and never ignored', () => {
  test.each([
    ['keys lst', 'Unknown command. Did you mean keys list? `mcp-gatehouse --help` lists them.'],
    ['kyes list', 'Unknown command. Did you mean keys list? `mcp-gatehouse --help` lists them.'],
    ['generate', 'Unknown command. Did you mean keys generate? `mcp-gatehouse --help` lists them.'],
    [
      'api-keys isue',
      'Unknown command. Did you mean api-keys issue? `mcp-gatehouse --help` lists them.',
    ],
    ['keys purge-everything', 'Unknown command. `mcp-gatehouse --help` lists them.'],
    ['keys list --fle x', 'Unknown option --fle. Did you mean --file?'],
    ['keys list --fle=x', 'Unknown option --fle. Did you mean --file?'],
    ['keys generate --use signing --force', 'Unknown option --force.'],
    [
      'keys generate --use signin',
      expect.stringMatching(/^--use is one of signing, .*\. Did you mean signing\?$/),
    ],
    [
      'keys generate --use signing --alg es256',
      expect.stringMatching(/^--alg is one of .* Did you mean ES256\?$/),
    ],
    [
      'keys generate --use signing --alg RSA-OAEP-256',
      '--alg is one of ES256, RS256, EdDSA for signing keys.',
    ],
    [
      'keys generate --use state --alg ES256',
      'Keys for state are 256 random bits, and have no --alg.',
    ],
    ['keys generate', '--use is missing: --use <use>.'],
    ['keys list', '--file is missing: --file <file>.'],
    ['keys list --file', '--file needs a value: --file <file>.'],
    ['keys list --file=', '--file needs a value: --file <file>.'],
    ['keys list --file --use signing', '--file needs a value: --file <file>.'],
    ['keys list --file a --file b', '--file is given twice.'],
    ['keys clean --file a --yes=no', '--yes takes no value.'],
    ['keys list a', '`keys list` takes options only, such as --json.'],
    ['keys list --file a -- b', '`keys list` takes options only, such as --json.'],
    ['keys list --file a -x', 'Unknown option --x.'],
    ['keys rotate --file a --overlap 1h', '--overlap is a whole number of seconds, at least 1.'],
    ['keys rotate --file a --overlap 0', '--overlap is a whole number of seconds, at least 1.'],
    ['keys rotate --file a --overlap=-5', '--overlap is a whole number of seconds, at least 1.'],
    ['keys k8s', 'Give --file <file> for keys that exist, or --use <use> for new ones.'],
    ['keys k8s --file a --alg ES256', '--alg is for new keys: leave --file or --alg out.'],
  ])('%s', async (line, message) => {
    const folder = await makeFolder()
    const { code, stdout, stderr } = await runHere(folder, line.split(' '))
    expect([code, stdout]).toEqual([2, ''])
    const [, said] = /^mcp-gatehouse: (.*)\n$/.exec(stderr) ?? []
    expect(said).toEqual(message)
  })
})

test('a failure is one JSON document with --json, and one line on stderr', async () => {
  const refused = await run('keys', 'clean', '--file', 'gone', '--yes', '--json')
  const message = '/nowhere/gone does not exist: there is nothing to delete. Check --file.'
  expect(refused).toEqual({
    code: 1,
    stdout: `${JSON.stringify({ error: { code: 'refused', message } }, null, 2)}\n`,
    stderr: `mcp-gatehouse: ${message}\n`,
  })
  const misused = await run('keys', 'list', '--json')
  expect([misused.code, JSON.parse(misused.stdout).error.code]).toEqual([2, 'usage'])
  const invalid = await run('keys', 'list', '--json', '--file', 'gone')
  expect([invalid.code, JSON.parse(invalid.stdout).error.code]).toEqual([1, 'ERR_CONFIG_KEY_FILE'])
  expect(invalid.stderr).toContain('Create it with `mcp-gatehouse keys generate`')
})

test.each([
  ['genrate', 'generate'],
  ['generate', 'generate'],
  ['rotat', 'rotate'],
  ['xyz', undefined],
  ['', undefined],
])('the nearest to %s is %s', (word, expected) => {
  expect(nearest(word, ['rotate', 'generate', 'list'])).toBe(expected)
})
