import type { MessageConnections } from '../connections/index.ts'
import { ConfigError } from '../errors/index.ts'
import { requireKnownOptions, requireList, requireType } from '../options/index.ts'
import { isOwnField, isToken } from './header-fields.ts'
import type { RouteConnectionOptions } from './options.ts'
import type { ConnectionNeed } from './settings.ts'

const OPTIONS: readonly string[] = [
  'headers',
  'tools',
  'purpose',
] satisfies (keyof RouteConnectionOptions)[]

/** What stands in a template, as the service names it. */
const PLACEHOLDER = /\{([^{}]*)\}/g
const TEMPLATE = /^(?:[\t\x20-\x7a|~]|\{\w+\})*$/
const ACCESS_TOKEN = 'access_token'
const BEARER = { authorization: `Bearer {${ACCESS_TOKEN}}` }

/**
 * Checks which connections of its callers an upstream is given.
 *
 * @throws {ConfigError}
 */
export function parseConnections(
  given: Readonly<Record<string, RouteConnectionOptions>> | undefined,
  connections: MessageConnections | undefined,
): readonly ConnectionNeed[] {
  if (given === undefined) return []
  requireType(typeof given === 'object' && given !== null, 'connections', 'an object')
  const needs = Object.entries(given).map(([service, options]) =>
    parseNeed(service, options, connections),
  )
  const fields = needs.flatMap(({ headers }) => headers.map(([name]) => name))
  const twice = fields.find((name, index) => fields.indexOf(name) !== index)
  if (twice !== undefined) {
    throw new ConfigError('ERR_CONFIG_OPTIONS_CONFLICT', `connections: the field ${twice}, twice`)
  }
  return needs
}

function parseNeed(
  service: string,
  options: RouteConnectionOptions,
  connections: MessageConnections | undefined,
): ConnectionNeed {
  const path = `connections.${service}`
  requireKnownOptions(options, OPTIONS, path)
  const values = connections?.services.get(service)
  if (values === undefined) throw new ConfigError('ERR_CONFIG_SERVICE_UNKNOWN', path)
  const { headers, tools, purpose } = options
  const hasToken = values.fields === undefined
  requireType(hasToken || headers !== undefined, `${path}.headers`, 'an object: it has no token')
  requireType(purpose === undefined || typeof purpose === 'string', `${path}.purpose`, 'a string')
  return {
    service,
    hasToken,
    headers: parseTemplates(headers ?? BEARER, values.fields ?? [ACCESS_TOKEN], `${path}.headers`),
    tools: tools === undefined ? undefined : new Set(requireList(tools, `${path}.tools`)),
    purpose,
  }
}

function parseTemplates(
  headers: Readonly<Record<string, string>>,
  known: readonly string[],
  path: string,
): ConnectionNeed['headers'] {
  requireType(typeof headers === 'object' && headers !== null, path, 'an object')
  return Object.entries(headers).map(([field, template]) => {
    const name = field.toLowerCase()
    if (!isToken(name) || isOwnField(name)) {
      throw new ConfigError('ERR_CONFIG_FORWARDED_HEADER', `${path}: ${name}`)
    }
    const names = typeof template === 'string' ? [...template.matchAll(PLACEHOLDER)] : []
    const isTemplate =
      names.length > 0 &&
      TEMPLATE.test(template) &&
      names.every(([, placeholder = '']) => known.includes(placeholder))
    const expected = `a text with ${known.map((one) => `{${one}}`).join(' or ')}`
    requireType(isTemplate, `${path}.${name}`, expected)
    return [name, template]
  })
}

/** Puts values into a template; `undefined` where one is not there. */
export function fillTemplate(
  template: string,
  values: Readonly<Record<string, string>>,
): string | undefined {
  let isComplete = true
  const text = template.replaceAll(PLACEHOLDER, (_all, name: string) => {
    const value = values[name]
    if (value === undefined) isComplete = false
    return value ?? ''
  })
  return isComplete ? text : undefined
}
