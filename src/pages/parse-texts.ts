import { ConfigError } from '../errors/index.ts'
import { ENGLISH } from './english.ts'
import { placeholders } from './fill.ts'
import type { PageTexts } from './texts.ts'

/**
 * Completes texts with the English ones.
 *
 * @throws {ConfigError} `ERR_CONFIG_OPTION_UNKNOWN` for a text or a place in braces that does not
 *   exist, `ERR_CONFIG_OPTION_TYPE` for a value of another type
 */
export function parseTexts(texts: Partial<PageTexts>): PageTexts {
  for (const [name, value] of Object.entries(texts)) {
    if (!Object.hasOwn(ENGLISH, name)) throw unknown(`texts.${name}`)
    checkValue(name as keyof PageTexts, value)
  }
  if (texts.lang !== undefined && !isLanguage(texts.lang)) {
    throw wrong('texts.lang', 'a language tag such as de or pt-BR')
  }
  if (!['ltr', 'rtl', undefined].includes(texts.direction)) {
    throw wrong('texts.direction', "'ltr' or 'rtl'")
  }
  return { ...ENGLISH, ...texts }
}

function checkValue(name: keyof PageTexts, value: unknown): void {
  const english = ENGLISH[name]
  if (typeof english === 'string') {
    checkText(`texts.${name}`, value, placeholders(english))
  } else if (name === 'upstreamScopes') {
    for (const [scope, text] of entries(`texts.${name}`, value)) {
      checkText(`texts.${name}.${scope}`, text, [])
    }
  } else {
    for (const [code, error] of entries(`texts.${name}`, value)) {
      const { cause, remedy } = Object.fromEntries(entries(`texts.${name}.${code}`, error))
      checkText(`texts.${name}.${code}.cause`, cause, [])
      checkText(`texts.${name}.${code}.remedy`, remedy, [])
    }
  }
}

function checkText(path: string, text: unknown, allowed: readonly string[]): void {
  if (typeof text !== 'string' || text === '') throw wrong(path, 'text')
  const odd = placeholders(text).find((name) => !allowed.includes(name))
  if (odd !== undefined) throw unknown(`${path}: {${odd}}`)
}

function entries(path: string, value: unknown): readonly [string, unknown][] {
  if (typeof value !== 'object' || value === null) throw wrong(path, 'an object')
  return Object.entries(value)
}

function isLanguage(tag: string): boolean {
  try {
    return Intl.getCanonicalLocales(tag).length === 1
  } catch {
    return false
  }
}

function wrong(path: string, expected: string): ConfigError {
  return new ConfigError('ERR_CONFIG_OPTION_TYPE', `${path} (${expected})`)
}

function unknown(path: string): ConfigError {
  return new ConfigError('ERR_CONFIG_OPTION_UNKNOWN', path)
}
