import type { EventField, EventGroup, EventType } from './event-types.ts'
import { header, table } from './markdown.ts'

const HEADER = `${header('src/observability')}# Events

Everything that \`onEvent\` gets, by who says it. [The audit log](audit.md) writes each as a line.

Every event has \`type\` and \`at\`, the time in seconds since the epoch. A field with \`?\` may be absent.
Where a field means something else in some events, it has another row that names them.

In the audit log names are in snake_case, and four are others: \`type\` is \`event\`, \`at\` is \`time\`,
\`correlationId\` is \`request_id\`, and \`accountId\` is \`subject\`.

No event holds a token, a code, a secret or a query. Types, fields and reasons change in major releases
only; new ones may come in any.
`

/** What the unions are about, in the words of the table of contents. */
const TITLES: Readonly<Record<string, string>> = {
  RequestEvent: 'Resource server',
  SignInEvent: 'Authorization server',
  RelayEvent: 'Relay',
  ConnectionEvent: 'Connections',
  ApiKeyEvent: 'API keys',
  GatewayEvent: 'Gateway',
  TenantEvent: 'Tenants',
  OperationalEvent: 'Other servers, limits and options',
}

/** Every event has them, and the top of the page says so. */
const COMMON: ReadonlySet<string> = new Set(['at'])

/** The reference of all events: for each role one table of events, and one of their fields. */
export function eventsPage(groups: readonly EventGroup[]): string {
  return [HEADER, ...groups.map(section)].join('\n')
}

function section({ name, about, types }: EventGroup): string {
  const title = TITLES[name]
  if (title === undefined) throw new Error(`${name} has no title in scripts/events-page.ts`)
  const events = types.map((event) => [
    code(event.type),
    cell(event.about),
    fieldsOf(event).map(nameOf).join(', '),
  ])
  return `## ${title}

${about}

${table(['Event', 'When', 'Fields'], events)}

${table(['Field', 'Type', 'What it says'], fieldRows(types))}
`
}

interface Meaning {
  readonly field: EventField
  /** The events that have the field with this meaning. */
  readonly events: readonly string[]
}

/** Each field once; where some events mean another thing by it, a row for these that names them. */
function fieldRows(types: readonly EventType[]): readonly (readonly string[])[] {
  const meanings = new Map<string, Meaning>()
  for (const event of types) {
    for (const field of fieldsOf(event)) {
      const key = [field.name, field.type, field.about].join('\n')
      const events = meanings.get(key)?.events ?? []
      meanings.set(key, { field, events: [...events, event.type] })
    }
  }
  const byName = Map.groupBy(meanings.values(), ({ field }) => field.name)
  const names = [...byName.keys()].toSorted()
  return names.flatMap((name) => {
    const [usual, ...unusual] = (byName.get(name) ?? []).toSorted(
      (a, b) => b.events.length - a.events.length,
    )
    if (usual === undefined) return []
    const others = unusual.map(({ field, events }) =>
      row(field, ` of ${events.map(code).join(', ')}`),
    )
    return [row(usual.field)].concat(others)
  })
}

function row(field: EventField, ofEvents = ''): readonly string[] {
  return [`${code(field.name)}${ofEvents}`, typeOf(field), cell(field.about)]
}

function fieldsOf({ fields }: EventType): readonly EventField[] {
  return fields.filter(({ name }) => !COMMON.has(name))
}

function nameOf({ name, isOptional }: EventField): string {
  return code(`${name}${isOptional ? '?' : ''}`)
}

function typeOf({ type }: EventField): string {
  return type.startsWith('{') ? code(cell(type)) : type.split(' | ').map(code).join(' or ')
}

function code(text: string): string {
  return `\`${text}\``
}

function cell(text: string): string {
  return text.replaceAll('|', String.raw`\|`)
}
