import type { Refusal } from '../src/resource-server/refusal.ts'
import type { EventField, EventGroup, EventType } from './event-types.ts'
import { header, table } from './markdown.ts'

const HEADER = `${header('src/observability and src/verifiers')}# Events

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

/** What is refused for another reason than the token or its proof. */
type OtherReason = Exclude<Refusal['kind'], 'policy_failed' | 'proof' | 'token' | 'unavailable'>

/** The reasons of `auth.deny` that are no text of a union: what they look like, and mean. */
const OTHER_REASONS: Readonly<Record<OtherReason, string | readonly [string, string]>> = {
  no_credentials: 'No token: the client is told where to get one. Every sign-in begins like this.',
  malformed_credentials: 'The Authorization field is no bearer token, or there are two.',
  claims: 'A required claim is missing; `claims` has the names.',
  tenant: 'The token is of another tenant than the one that is addressed.',
  session: 'The session is not known here, or is that of another caller.',
  task: 'The task is not known here, or is that of another caller.',
  scope: 'A scope is missing; `scopes` has what the client was told to ask for.',
  scope_loop: 'The same, and the client has asked for it before without getting it.',
  authentication: 'The policy asks for a stronger or more recent sign-in.',
  hidden: 'The policy denies it, and the client is told that there is no such thing.',
  forbidden: 'The policy denies it.',
  rate: ['rate <limit>', 'A limit was reached: the name of the limit.'],
  streams: 'This caller has too many streams open (`maxStreamsPerPrincipal`).',
  host: 'The Host field names no host that this server answers to (`allowedHosts`).',
  origin: 'A web page of an origin that may not call (`allowedOrigins`).',
  not_found: 'There is no metadata at this path.',
  content_type: 'A POST that is not `application/json`.',
  malformed: 'The body is no JSON.',
  message: [
    'message <code>',
    'The body is no message that can be decided about: the code of JSON-RPC.',
  ],
  too_large: 'The body is larger than `maxBodyBytes`.',
  encoded_answer: 'The MCP server compressed an answer that has to be filtered.',
}

/** What the choices of a union mean. */
export type Meanings = readonly (readonly [value: string, about: string])[]

/** Why `auth.deny` came. */
export interface DenyReasons {
  readonly token: Meanings
  readonly proof: Meanings
}

/** The reference of all events: for each role one table of events, and one of their fields. */
export function eventsPage(groups: readonly EventGroup[], reasons?: DenyReasons): string {
  const sections = groups.map(section)
  return [HEADER, ...sections, ...(reasons === undefined ? [] : [reasonTables(reasons)])].join('\n')
}

function reasonTables({ token, proof }: DenyReasons): string {
  const others = Object.entries(OTHER_REASONS).map(([kind, meaning]) =>
    typeof meaning === 'string' ? ([kind, meaning] as const) : meaning,
  )
  const rows = (meanings: Meanings, prefix = ''): string =>
    table(
      ['Reason', 'What it says'],
      meanings.map(([value, about]) => [code(prefix + value), cell(about)]),
    )
  return `## Reasons of \`auth.deny\`

Of the request:

${rows(others)}

Of a token that is refused, which clients learn as "invalid" or "expired" alone:

${rows(token)}

Of the proof of a token that is bound to a key ([DPoP](protect.md#tokens-bound-to-a-key-dpop)):

${rows(proof, 'dpop ')}
`
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
