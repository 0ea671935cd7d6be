import { requireType } from '../options/index.ts'
import type { FieldFailure } from '../pages/index.ts'
import { isObject } from '../runtime/index.ts'
import type { SecretServiceSettings } from './parse-secret-service.ts'
import type { ReadFields, SecretService, TriedFields } from './service.ts'
import type { SecretField, SecretVerdict } from './service-options.ts'

const MAX_VALUE_BYTES = 8_192
/** How long a service may take to try a credential. */
const VERIFY_MILLISECONDS = 15_000
const encoder = new TextEncoder()

/** Creates a service whose credential users type in. */
export function createSecretService(settings: SecretServiceSettings): SecretService {
  const { name, title, fields, guide, verify, authorize, apiOrigins, fetch } = settings
  const tryFields: SecretService['tryFields'] = async (filled) => {
    if (verify === undefined) return { ok: true, account: { id: '', name: '' } }
    let verdict: SecretVerdict
    try {
      verdict = await inTime((signal) => verify(filled, { signal }))
    } catch {
      // What it throws may hold the credential.
      return { ok: false, errors: {}, unavailable: true }
    }
    requireType(isVerdict(verdict), `services.${name}.verify`, 'a function that gives a verdict')
    return readVerdict(verdict, filled, fields)
  }
  return {
    kind: 'secret',
    name,
    title,
    clientId: undefined,
    fetch,
    apiOrigins,
    fields,
    guide,
    readFields: (values) => readFields(settings, values),
    tryFields,
    async isAccepted(filled) {
      if (verify === undefined) return undefined
      const tried = await tryFields(filled)
      if (tried.ok) return true
      return tried.unavailable ? undefined : false
    },
    authorize: (values) => authorize?.(values) ?? {},
  }
}

function readFields(
  { fields, patterns }: SecretServiceSettings,
  values: Readonly<Record<string, string>>,
): ReadFields {
  const filled: Record<string, string> = {}
  const errors: Record<string, FieldFailure> = {}
  for (const [name, field] of fields) {
    const value = Object.hasOwn(values, name) ? (values[name] ?? '').trim() : ''
    const error = errorOf(field, value, patterns.get(name))
    if (error !== undefined) errors[name] = error
    else if (value !== '') filled[name] = value
  }
  return Object.keys(errors).length > 0 ? { ok: false, errors } : { ok: true, fields: filled }
}

function errorOf(
  { type, required, options }: Required<SecretField>,
  value: string,
  pattern: RegExp | undefined,
): FieldFailure | undefined {
  if (value === '') return required ? 'needed' : undefined
  if (encoder.encode(value).length > MAX_VALUE_BYTES) return 'too_long'
  if (type !== 'textarea' && /\p{Cc}/u.test(value)) return 'malformed'
  if (type === 'select' && !Object.hasOwn(options ?? {}, value)) return 'not_listed'
  if (type === 'url' && !isHttpsUrl(value)) return 'not_url'
  return pattern?.test(value) === false ? 'malformed' : undefined
}

function isHttpsUrl(value: string): boolean {
  return URL.canParse(value) && new URL(value).protocol === 'https:'
}

/** Ends the waiting also for a step that does not heed its signal. */
async function inTime<T>(step: (signal: AbortSignal) => T | Promise<T>): Promise<T> {
  const signal = AbortSignal.timeout(VERIFY_MILLISECONDS)
  const late = new Promise<never>((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
  })
  return Promise.race([step(signal), late])
}

/** What would be stored otherwise could not be read again. */
function isVerdict(verdict: unknown): boolean {
  if (!isObject(verdict)) return false
  const { account, errors } = verdict
  if ('errors' in verdict) return isObject(errors)
  return isObject(account) && [account['id'], account['name']].every((it) => typeof it === 'string')
}

function readVerdict(
  verdict: SecretVerdict,
  filled: Readonly<Record<string, string>>,
  fields: SecretService['fields'],
): TriedFields {
  if ('errors' in verdict) {
    const errors = Object.entries(verdict.errors).filter(([name]) => fields.has(name))
    const [first = ''] = fields.keys()
    // A refusal that names no field is one nevertheless.
    const shown = errors.length > 0 ? errors : [[first, 'The service does not accept this.']]
    return {
      ok: false,
      errors: Object.fromEntries(
        shown.map(([name, text]) => [name, { text: withoutValues(text ?? '', filled) }]),
      ),
      unavailable: false,
    }
  }
  return { ok: true, account: verdict.account }
}

/** A text that repeats what was typed in would show a secret again. */
function withoutValues(text: string, filled: Readonly<Record<string, string>>): string {
  const isLeak = Object.values(filled).some((value) => value.length >= 6 && text.includes(value))
  return isLeak ? 'The service does not accept this.' : text
}
