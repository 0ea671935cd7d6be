import { platformFetch } from '../http/index.ts'
import {
  configError,
  requireKnownOptions,
  requirePlainTypes,
  requireType,
} from '../options/index.ts'
import { parseOrigins, requireText } from './service-checks.ts'
import { requireFieldName } from './service-name.ts'
import type { SecretField, SecretServiceOptions } from './service-options.ts'

/** Options of a secret service, checked, with every default filled in. */
export interface SecretServiceSettings
  extends Required<Pick<SecretServiceOptions, 'fetch' | 'title'>>,
    Pick<SecretServiceOptions, 'authorize' | 'guide' | 'verify'> {
  readonly name: string
  readonly fields: ReadonlyMap<string, Required<SecretField>>
  readonly patterns: ReadonlyMap<string, RegExp>
  readonly apiOrigins: ReadonlySet<string>
  readonly fetch: NonNullable<SecretServiceOptions['fetch']>
}

const OPTIONS = [
  'title',
  'fields',
  'guide',
  'verify',
  'apiOrigins',
  'authorize',
  'allowInsecureLoopback',
  'fetch',
]
const FIELD_OPTIONS = ['label', 'type', 'hint', 'required', 'options', 'pattern']
const TYPES: readonly unknown[] = ['string', 'password', 'url', 'textarea', 'select']
const MAX_FIELDS = 20

/** @throws {ConfigError} */
export function parseSecretService(
  name: string,
  options: SecretServiceOptions,
  path: string,
): SecretServiceSettings {
  requireKnownOptions(options, OPTIONS, path)
  const types = {
    boolean: ['allowInsecureLoopback'],
    function: ['verify', 'authorize', 'fetch'],
    object: ['fields'],
  }
  requirePlainTypes(options, types, `${path}.`)
  requireText(options.title, `${path}.title`)
  const { guide, verify, authorize, allowInsecureLoopback = false, apiOrigins = [] } = options
  if (guide !== undefined) requireText(guide, `${path}.guide`)
  requireType(Array.isArray(apiOrigins), `${path}.apiOrigins`, 'an array of origins')
  if (apiOrigins.length > 0 && authorize === undefined) {
    const subject = `${path}.apiOrigins (without authorize, which makes the header fields)`
    throw configError('ERR_CONFIG_OPTIONS_CONFLICT', subject)
  }
  const entries = Object.entries(options.fields ?? {})
  const isCount = entries.length > 0 && entries.length <= MAX_FIELDS
  requireType(isCount, `${path}.fields`, `1 to ${MAX_FIELDS} fields`)
  return {
    name,
    title: options.title,
    guide,
    verify,
    authorize,
    fields: new Map(entries.map(([key, field]) => parseField(key, field, `${path}.fields`))),
    patterns: new Map(entries.flatMap(([key, field]) => parsePattern(key, field, path))),
    apiOrigins: parseOrigins(apiOrigins, { allowInsecureLoopback, path }),
    fetch: options.fetch ?? platformFetch,
  }
}

function parseField(
  name: string,
  field: SecretField,
  path: string,
): readonly [string, Required<SecretField>] {
  const own = `${path}.${requireFieldName(name, path)}`
  requireKnownOptions(field, FIELD_OPTIONS, own)
  requirePlainTypes(field, { boolean: ['required'], function: [], object: ['options'] }, `${own}.`)
  requireText(field.label, `${own}.label`)
  const { label, type = 'password', hint, required = true, options = {}, pattern } = field
  requireType(TYPES.includes(type), `${own}.type`, TYPES.join(', '))
  for (const [key, text] of Object.entries({ hint, pattern })) {
    if (text !== undefined) requireText(text, `${own}.${key}`)
  }
  const isSelect = type === 'select'
  const isChoice = Object.keys(options).length > 0 === isSelect
  requireType(isChoice, `${own}.options`, 'choices for a select, and for nothing else')
  return [name, { label, type, hint: hint ?? '', required, options, pattern: pattern ?? '' }]
}

function parsePattern(
  name: string,
  { pattern }: SecretField,
  path: string,
): readonly (readonly [string, RegExp])[] {
  if (pattern === undefined) return []
  try {
    return [[name, new RegExp(`^(?:${pattern})$`, 'v')]]
  } catch {
    const subject = `${path}.fields.${name}.pattern (a regular expression with the flag v)`
    throw configError('ERR_CONFIG_OPTION_TYPE', subject)
  }
}
