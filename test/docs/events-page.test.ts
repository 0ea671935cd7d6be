import { join } from 'node:path'
import type { AuditEvent } from 'mcp-gatehouse'
import { describe, expect, test } from 'vitest'
import { readEventGroups, readFolder, readMeanings } from '../../scripts/event-types.ts'
import { eventsPage } from '../../scripts/events-page.ts'

const SRC = join(import.meta.dirname, '../../src')

/** Compile only while they name every member of the event. */
type Members<Type extends AuditEvent['type']> = Readonly<
  Record<keyof Extract<AuditEvent, { type: Type }>, 'always' | 'maybe'>
>
const DENIED: Members<'auth.deny'> = {
  type: 'always',
  at: 'always',
  correlationId: 'always',
  resource: 'always',
  method: 'always',
  path: 'always',
  address: 'maybe',
  issuer: 'maybe',
  subject: 'maybe',
  clientId: 'maybe',
  tenant: 'maybe',
  operations: 'maybe',
  scopes: 'maybe',
  claims: 'maybe',
  reason: 'always',
  status: 'always',
}
const MISMATCHED: Members<'elicit.user_mismatch'> = {
  type: 'always',
  at: 'always',
  correlationId: 'always',
  issuer: 'always',
  subject: 'always',
  tenant: 'maybe',
  clientId: 'maybe',
  service: 'always',
  openedBy: 'always',
}

/** @param events The choices of a union. */
function sourceOf(events: string): ReadonlyMap<string, string> {
  return new Map([
    ['audit-event.ts', '/** Everything. */\nexport type AuditEvent = RequestEvent'],
    ['request-event.ts', `/** Of requests. */\nexport type RequestEvent =\n${events}\n`],
  ])
}

const AT = '/** The time. */ readonly at: number'

describe('the page of events', () => {
  test.each([
    ['auth.deny', DENIED],
    ['elicit.user_mismatch', MISMATCHED],
  ])('has every field of %s, and says which may be absent', (type, members) => {
    const groups = readEventGroups(readFolder(join(SRC, 'observability')))
    const event = groups.flatMap(({ types }) => types).find((one) => one.type === type)
    const read = event?.fields.map(({ name, isOptional }) => [
      name,
      isOptional ? 'maybe' : 'always',
    ])
    expect({ type: 'always', ...Object.fromEntries(read ?? []) }).toEqual(members)
  })

  test('cannot be made of an event that does not say when it comes', () => {
    const files = sourceOf(
      `/** One. */ | { readonly type: 'a'; ${AT} } | { readonly type: 'b'; ${AT} }`,
    )
    expect(() => readEventGroups(files)).toThrow('request-event.ts: b has no doc comment')
  })

  test('cannot be made of a field without a meaning', () => {
    const files = sourceOf("/** One. */ | { readonly type: 'a'; readonly reason: string }")
    expect(() => readEventGroups(files)).toThrow('request-event.ts: reason has no doc comment')
  })

  test('cannot be made of facts that are declared somewhere else', () => {
    const files = sourceOf("/** One. */ | ({ readonly type: 'a' } & OtherFacts)")
    expect(() => readEventGroups(files)).toThrow('OtherFacts is not declared beside')
  })

  test('has every reason of a token that is refused, with what it says', () => {
    const token = readMeanings(readFolder(join(SRC, 'verifiers')), 'TokenFailureReason')
    const page = eventsPage([], { token, proof: [['replay', 'The proof was used before.']] })
    expect(page).toContain('| `aud` | The audience is missing, or not this server. |\n')
    expect(page).toContain('| `dpop replay` | The proof was used before. |\n')
    expect(page).toContain('| `no_credentials` | No token:')
  })

  test('has a row for what a field means in most events, and one that names the others', () => {
    const reason = (about: string) => `/** ${about} */ readonly reason: string | undefined`
    const page = eventsPage(
      readEventGroups(
        sourceOf(`
          /** One. */ | { readonly type: 'a'; ${AT}; ${reason('Usual.')} }
          /** Two. */ | { readonly type: 'b'; ${AT}; ${reason('Unusual.')} }
          /** Three, a | b. */ | { readonly type: 'c'; ${AT}; ${reason('Usual.')} }`),
      ),
    )
    expect(page).toContain('| `c` | Three, a \\| b. | `reason?` |')
    expect(page).toContain(
      '| `reason` | `string` | Usual. |\n| `reason` of `b` | `string` | Unusual. |\n',
    )
  })
})
