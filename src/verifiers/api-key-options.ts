import { ConfigError, type ErrorCode } from '../errors/index.ts'
import { parseResourceIdentifier } from '../oauth/index.ts'
import { type AuditSink, createEmitter, type Emit } from '../observability/index.ts'
import { requireKnownOptions, requireNumber, requireScopes } from '../options/index.ts'
import { type Clock, systemClock } from '../runtime/index.ts'
import type { Storage } from '../storage/index.ts'
import { isKeyPrefix } from './api-key-format.ts'

/** Options of {@link createApiKeys} and {@link apiKeyVerifier}: which keys they are about. */
export interface ApiKeysOptions {
  /** Where keys are kept: what `sealed` has made of a store, or memory. */
  readonly storage: Storage
  /** The resource that the keys are for, as the resource server has it. It is their issuer too. */
  readonly resource: string
  /**
   * What keys begin with, before the first underscore: 2 to 16 lower-case letters and digits.
   * @defaultValue `mgh`
   */
  readonly prefix?: string | undefined
  /** @defaultValue the system's clock */
  readonly clock?: Clock | undefined
}

/** Options of {@link createApiKeys}. */
export interface CreateApiKeysOptions extends ApiKeysOptions {
  /** Receives `api_key.issued` and `api_key.revoked`. @defaultValue none is told */
  readonly onEvent?: AuditSink | undefined
}

/** What a new key is like. */
export interface IssueApiKeyOptions {
  /** What it is for, such as `nightly import`: 1 to 200 characters, for people. */
  readonly name: string
  /** All that it may do; an empty list is a key without any scope. */
  readonly scopes: readonly string[]
  /** How long it is good for, 60 to 31,536,000 (a year). @defaultValue 7,776,000, 90 days */
  readonly expiresInSeconds?: number | undefined
  /**
   * The client that uses it: a key that replaces another one makes the same caller by it.
   * @defaultValue the id of the key
   */
  readonly clientId?: string | undefined
  /** Somebody whom it acts for, among the subjects of this issuer. @defaultValue nobody */
  readonly subject?: string | undefined
  /** @defaultValue none */
  readonly tenant?: string | undefined
}

/** The options, checked and completed. */
export interface ApiKeySettings {
  readonly storage: Storage
  readonly resource: string
  readonly prefix: string
  readonly clock: Clock
}

const OPTIONS = [
  'storage',
  'resource',
  'prefix',
  'clock',
] as const satisfies readonly (keyof ApiKeysOptions)[]
const CREATE_OPTIONS: readonly string[] = [
  ...OPTIONS,
  'onEvent',
] satisfies (keyof CreateApiKeysOptions)[]
const ISSUE_OPTIONS: readonly string[] = [
  'name',
  'scopes',
  'expiresInSeconds',
  'clientId',
  'subject',
  'tenant',
] satisfies (keyof IssueApiKeyOptions)[]

const DEFAULT_PREFIX = 'mgh'
const NINETY_DAYS_SECONDS = 7_776_000
const ONE_YEAR_SECONDS = 31_536_000
const MAX_NAME_CHARACTERS = 200
// oxlint-disable-next-line no-control-regex -- control characters are what is looked for
const CONTROL_CHARACTERS = /[\u0000-\u001F\u007F]/

/** @throws {ConfigError} for the first mistake found */
export function parseCreateOptions(
  options: CreateApiKeysOptions,
  owner: string,
): ApiKeySettings & { readonly emit: Emit } {
  requireKnownOptions(options, CREATE_OPTIONS, owner)
  const { onEvent, ...about } = options
  if (onEvent !== undefined && typeof onEvent !== 'function') {
    throw invalid('ERR_CONFIG_OPTION_TYPE', owner, 'onEvent (a function)')
  }
  return { ...parseApiKeysOptions(about, owner), emit: createEmitter(onEvent) }
}

/** @throws {ConfigError} for the first mistake found */
export function parseApiKeysOptions(options: ApiKeysOptions, owner: string): ApiKeySettings {
  requireKnownOptions(options, OPTIONS, owner)
  const { storage, prefix = DEFAULT_PREFIX, clock = systemClock } = options
  if (typeof storage?.get !== 'function') {
    throw invalid('ERR_CONFIG_OPTION_TYPE', owner, 'storage (a storage)')
  }
  if (storage.isSealed !== true && storage.durability !== 'process') {
    throw invalid('ERR_CONFIG_STORAGE_UNSEALED', owner, 'storage')
  }
  const given: unknown = options.resource
  const resource = typeof given === 'string' ? parseResourceIdentifier(given) : undefined
  if (resource === undefined) throw invalid('ERR_CONFIG_RESOURCE_INVALID', owner, 'resource')
  if (!isKeyPrefix(prefix)) {
    const what = 'prefix (2 to 16 lower-case letters and digits, a letter first)'
    throw invalid('ERR_CONFIG_OPTION_TYPE', owner, what)
  }
  return { storage, resource: resource.resource, prefix, clock }
}

/** @throws {ConfigError} for the first mistake found */
export function parseIssueOptions(
  options: IssueApiKeyOptions,
): IssueApiKeyOptions & { readonly expiresInSeconds: number } {
  requireKnownOptions(options, ISSUE_OPTIONS, 'issue')
  requireName(options.name, 'name')
  for (const name of ['clientId', 'subject', 'tenant'] as const) {
    if (options[name] !== undefined) requireName(options[name], name)
  }
  if (!Array.isArray(options.scopes)) {
    throw invalid('ERR_CONFIG_OPTION_TYPE', 'issue', 'scopes (an array of scopes)')
  }
  const range = [60, ONE_YEAR_SECONDS] as const
  const { expiresInSeconds } = options
  return {
    ...options,
    scopes: requireScopes(options.scopes, 'issue: scopes'),
    expiresInSeconds: requireNumber(
      expiresInSeconds,
      range,
      'issue: expiresInSeconds',
      NINETY_DAYS_SECONDS,
    ),
  }
}

function requireName(value: unknown, option: string): void {
  const isName =
    typeof value === 'string' &&
    value.trim() !== '' &&
    value.length <= MAX_NAME_CHARACTERS &&
    !CONTROL_CHARACTERS.test(value)
  if (isName) return
  const what = `${option} (1 to ${MAX_NAME_CHARACTERS} characters, no control characters)`
  throw invalid('ERR_CONFIG_OPTION_TYPE', 'issue', what)
}

function invalid(code: ErrorCode, owner: string, option: string): ConfigError {
  return new ConfigError(code, `${owner}: ${option}`)
}
