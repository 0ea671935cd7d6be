import { header, table } from './markdown.ts'

/** As much of JSON Schema as `deploy/gatehouse.schema.json` uses. */
export interface Schema {
  readonly type?: string
  readonly description?: string
  readonly enum?: readonly string[]
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
  readonly additionalProperties?: Schema | boolean
  readonly items?: Schema
  readonly anyOf?: readonly Schema[]
  readonly minimum?: number
  readonly maximum?: number
}

const HEADER = `${header('deploy/gatehouse.schema.json')}# The gateway's file

Every setting of the file that \`npx mcp-gatehouse gateway --config gatehouse.yaml\` runs from. [Run a
gateway](gateway.md#run-it-from-a-file) has an example, how values come from the environment and from files, and
\`--check\`. Editors complete the names with \`$schema\`, or \`deploy/gatehouse.schema.json\` of the package.

Settings that [a resource server](protect.md) has as options mean the same here. In a name, \`<name>\` is a name of yours, and \`[]\` one of a list. **Bold** settings have to be there.
`
const HEAD = ['Setting', 'Value', 'What it says']

type Row = readonly string[]

/** The reference of the configuration file: a table for the top, and one for each setting with parts. */
export function gatewayFilePage({ properties = {}, required = [] }: Schema): string {
  const all: Row[] = []
  const sections: string[] = []
  for (const [name, schema] of Object.entries(properties)) {
    const { alone, shared } = withoutShared(schema, properties)
    const parts = partRows(name, alone)
    all.push(row(name, schema, required.includes(name)))
    if (parts.length === 0) continue
    const about = schema.description === undefined ? '' : `${sentence(schema.description)}\n\n`
    sections.push(`\n## \`${name}\`\n\n${about}${sharedText(shared)}${table(HEAD, parts)}`)
  }
  return `${[HEADER, '## All settings\n', table(HEAD, all), ...sections].join('\n')}\n`
}

/** A list's entries may repeat settings of the top, which need not be said twice. */
function withoutShared(
  schema: Schema,
  top: Readonly<Record<string, Schema>>,
): { readonly alone: Schema; readonly shared: readonly string[] } {
  const own = Object.entries(schema.items?.properties ?? {})
  const isShared = ([name, part]: readonly [string, Schema]): boolean =>
    JSON.stringify(part) === JSON.stringify(top[name])
  const properties = Object.fromEntries(own.filter((entry) => !isShared(entry)))
  const alone = own.length === 0 ? schema : { ...schema, items: { ...schema.items, properties } }
  return { alone, shared: own.filter(isShared).map(([name]) => `\`${name}\``) }
}

function sharedText(shared: readonly string[]): string {
  return shared.length === 0 ? '' : `As at the top, for this entry alone: ${shared.join(', ')}.\n\n`
}

/** A row for each part of a setting, and below each the rows of its own parts. */
function partRows(path: string, schema: Schema): readonly Row[] {
  const { properties = {}, required = [], additionalProperties, items, anyOf = [] } = schema
  const rows: Row[] = []
  for (const [name, part] of Object.entries(properties)) {
    rows.push(row(`${path}.${name}`, part, required.includes(name)))
    rows.push(...partRows(`${path}.${name}`, part))
  }
  if (typeof additionalProperties === 'object') {
    rows.push(...partRows(`${path}.<name>`, additionalProperties))
  }
  if (items !== undefined) rows.push(...partRows(`${path}[]`, items))
  const ofChoices = new Map(
    anyOf.flatMap((choice) => partRows(path, choice)).map((cells) => [cells.join('|'), cells]),
  )
  return [...rows, ...ofChoices.values()]
}

function row(path: string, schema: Schema, isRequired: boolean): Row {
  const name = isRequired ? `**\`${path}\`**` : `\`${path}\``
  const text = sentence(withNames(schema)).replaceAll('|', '\\|')
  return [name, kindOf(schema), text]
}

/** The description; where it lists names or values that may stand in the setting, these are code. */
function withNames({ description = '', properties = {}, anyOf = [] }: Schema): string {
  const names = new Set([
    ...Object.keys(properties),
    ...anyOf.flatMap((choice) => choice.enum ?? []),
  ])
  const [, before = '', list = '', examples = ''] =
    /^([^{]*: )?(.*?)((?:\{|,? such as ).*)?$/.exec(description) ?? []
  const marked = list.replaceAll(/(?<![/\w])\w+/g, (word) =>
    names.has(word) ? `\`${word}\`` : word,
  )
  return before + marked + examples
}

/** What may stand there, in words: `yes or no`, `a number, 0 to 3600`, `` `memory` or `redis` ``. */
function kindOf(schema: Schema): string {
  const { type, anyOf, items, minimum, maximum } = schema
  if (schema.enum !== undefined) return schema.enum.map((value) => `\`${value}\``).join(' or ')
  if (anyOf !== undefined) return [...new Set(anyOf.map(kindOf))].join(', or ')
  if (type === 'boolean') return '`true` or `false`'
  if (type === 'array') return items === undefined ? 'a list' : `a list: ${kindOf(items)}`
  if (type === 'object') return 'settings'
  if (type === 'string') return 'text'
  const hasRange = minimum !== undefined && maximum !== undefined && maximum < 2 ** 31 - 1
  return hasRange ? `a number, ${minimum} to ${maximum}` : 'a number'
}

function sentence(text: string): string {
  return text && `${text.charAt(0).toUpperCase()}${text.slice(1)}.`
}
