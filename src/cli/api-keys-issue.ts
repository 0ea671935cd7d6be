import { isScopeToken } from '../oauth/index.ts'
import type { ApiKey, IssueApiKeyOptions } from '../verifiers/index.ts'
import { ACCESS_OPTIONS, withApiKeys } from './api-keys-access.ts'
import { UsageError } from './cli-errors.ts'
import type { Command, GivenOptions } from './command.ts'
import { formatInstant } from './format.ts'

const DEFAULT_DAYS = 90
const MAX_DAYS = 365
const SECONDS_PER_DAY = 86_400
const MAX_TEXT_CHARACTERS = 200
const PREFIX = /^[a-z][a-z0-9]{1,15}$/

/** The key is all of stdout, so that it can be piped to where it belongs. */
export const apiKeysIssue: Command = {
  name: 'api-keys issue',
  summary: 'Make an API key, and print it once',
  options: [
    ...ACCESS_OPTIONS,
    {
      name: 'name',
      value: '<text>',
      isRequired: true,
      help: 'What it is for, such as "nightly import"',
    },
    { name: 'scopes', value: '<list>', help: 'All that it may do, "a b"; nothing by default' },
    { name: 'days', value: '<days>', help: `How long it is good for; ${DEFAULT_DAYS} by default` },
    {
      name: 'client',
      value: '<id>',
      help: 'The client that uses it; the id of the key by default',
    },
    { name: 'subject', value: '<id>', help: 'Somebody whom it acts for; nobody by default' },
    { name: 'tenant', value: '<id>', help: 'Its tenant; none by default' },
    { name: 'prefix', value: '<text>', help: 'What it begins with; mgh by default' },
  ],
  details: [
    'The key is the one line on stdout. Nobody can print it again: the storage has its hash only.',
    'Pipe it to where it belongs, since terminals and job logs keep what they are shown.',
  ],
  async run(options, io) {
    const wanted = readWanted(options)
    const prefix = options.value('prefix')
    if (prefix !== undefined && !PREFIX.test(prefix)) {
      throw new UsageError('--prefix is 2 to 16 lower-case letters and digits, a letter first.')
    }
    const issued = await withApiKeys(options, io, (apiKeys) => apiKeys.issue(wanted), prefix)
    return { json: issued, lines: [issued.key], notes: describe(issued) }
  },
}

function readWanted(options: GivenOptions): IssueApiKeyOptions {
  const scopes = (options.value('scopes') ?? '').split(' ').filter((scope) => scope !== '')
  if (!scopes.every(isScopeToken)) {
    throw new UsageError('--scopes is a list of scopes with spaces between them (RFC 6749 §3.3).')
  }
  return {
    name: readText(options, 'name') ?? '',
    scopes,
    expiresInSeconds: readDays(options.value('days')) * SECONDS_PER_DAY,
    clientId: readText(options, 'client'),
    subject: readText(options, 'subject'),
    tenant: readText(options, 'tenant'),
  }
}

function readText(options: GivenOptions, name: string): string | undefined {
  const text = options.value(name)
  if (text === undefined) return undefined
  const isShort = text.trim() !== '' && text.length <= MAX_TEXT_CHARACTERS
  if (isShort && !/\p{Cc}/u.test(text)) return text
  throw new UsageError(
    `--${name} is 1 to ${MAX_TEXT_CHARACTERS} characters, and none of them a control character.`,
  )
}

function readDays(text: string | undefined): number {
  if (text === undefined) return DEFAULT_DAYS
  const days = Number(text)
  if (/^\d+$/.test(text) && days >= 1 && days <= MAX_DAYS) return days
  throw new UsageError(`--days is a whole number of days, 1 to ${MAX_DAYS}.`)
}

function describe({ keyId, name, expiresAt, scopes }: ApiKey): readonly string[] {
  const rights = scopes.length === 0 ? 'no scopes' : scopes.join(' ')
  return [
    `API key ${keyId} (${name}): ${rights}, until ${formatInstant(expiresAt)}`,
    'It is not shown again. Whoever has it can use it.',
  ]
}
