import type {
  IdentityRequest,
  Known,
  RefreshBehaviour,
  RevocationRequest,
  ScopeSyntax,
  ServiceProfile,
  TokenErrorForm,
  TokenRequest,
} from '../src/providers/index.ts'
import { cited, header, numbered, table } from './markdown.ts'

/** A profile with its name in `services`. */
export type NamedService = readonly [name: string, profile: ServiceProfile]

const ERRORS: Readonly<Record<TokenErrorForm, string>> = {
  status: 'a status of 400 and more',
  error: '`error` with the status 200',
  ok: '`ok: false`',
}

const ISSUED = { always: 'yes', option: 'where switched on', never: 'no' } as const

const REUSE = {
  accepted: 'works on',
  grace: 'works for a while',
  refused: 'is refused',
} as const

const SEPARATORS = { ' ': 'spaces', ',': 'commas' } as const

/** The part of the overview about services. */
export function servicesSection(services: readonly NamedService[]): string {
  const rows = services.map(([, profile]) => [
    `[${profile.title}](services/${profile.id}.md)`,
    brief(profile.scopes, scopesText),
    brief(profile.pkce, (value) => (value === 'none' ? 'no' : value)),
    brief(profile.refresh.issued, (value) => ISSUED[value]),
    brief(profile.refresh.rotates, (rotates) => (rotates ? 'each time' : 'no')),
    brief(profile.refresh.reuse, (value) => REUSE[value]),
    brief(profile.revocation, (value) => (value === 'none' ? 'no' : `the ${value.ends}`)),
    brief(profile.tokenErrors, (value) => ERRORS[value]),
    profile.emulated ? 'emulated' : 'not emulated',
  ])
  return `## Services

These are services whose API tools call with the account of each user. Their profiles are \`services\`
of \`mcp-gatehouse/providers\`: pure data, each value with its source.
[Connections](../connections.md) are made of them: \`oauthService({ profile: services.github, … })\`.

${table(
  [
    'Service',
    'Between scopes',
    'PKCE',
    'Refresh tokens',
    'A new one',
    'The old one then',
    'Revocation ends',
    'A token error is',
    'Tested',
  ],
  rows,
)}

*Not confirmed*: no documentation of the service that could be read says so. The value is the cautious
one, and the page of the service has the reason.
`
}

/** A page for each service, by its path. */
export function servicePages(
  services: readonly NamedService[],
): readonly (readonly [file: string, content: string])[] {
  return services.map(([name, profile]) => [
    `docs/providers/services/${profile.id}.md`,
    page(name, profile),
  ])
}

function page(name: string, profile: ServiceProfile): string {
  const { id, title, steps, refresh, traps, unconfirmed } = profile
  return `${header(`src/providers/services/${id}.ts`)}# ${title}, as a service

The profile is \`services.${name}\` of \`mcp-gatehouse/providers\`; with it,
\`oauthService({ profile: services.${name}, … })\` is a [connection](../../connections.md) of your users.

## Register a client

*Your callback address* is \`<baseUrl>/connect/<name>/callback\`, by the names in your options.

${numbered(steps)}

## Requests

${table(['What', 'Value'], requestRows(profile))}
${placeholders(profile)}${optionalParameters(profile)}
## Refresh tokens

${table(['What', 'Value'], refreshRows(refresh))}

${bullets(refresh.notes.map(cited))}

## Traps

${bullets(traps.map(cited))}
${unconfirmed.length === 0 ? '' : `\nNot confirmed: ${unconfirmed.join('; ')}.\n`}
Tested: ${profile.emulated ? 'against an emulator' : 'for its form only; nothing like the service answers in the tests'}.

[All services](../README.md#services)
`
}

function requestRows(profile: ServiceProfile): readonly (readonly string[])[] {
  return [
    ['Authorization endpoint', full(profile.authorizationEndpoint, code)],
    ['Parameters that it needs', full(profile.authorizationParameters, parametersText)],
    ['Between scopes', full(profile.scopes, scopesText)],
    ['PKCE', full(profile.pkce, (value) => (value === 'none' ? 'no' : code(value)))],
    ['Token endpoint', full(profile.tokenEndpoint, code)],
    ['Token request', full(profile.tokenRequest, tokenRequestText)],
    ['A token error is', full(profile.tokenErrors, (value) => ERRORS[value])],
    ['Errors that need the user', full(profile.reconnectErrors, codes)],
    ['Revocation', full(profile.revocation, revocationText)],
    ['Whose account', full(profile.identity, identityText)],
    ['The token may go to', profile.apiOrigins.map((origin) => full(origin, code)).join(', ')],
    ['Header fields of the API', full(profile.apiHeaders, fieldsText)],
  ]
}

function refreshRows(refresh: RefreshBehaviour): readonly (readonly string[])[] {
  const { issued, scopes, rotates, reuse, accessTokenSeconds, idleDays } = refresh
  return [
    ['They come', full(issued, (value) => ISSUED[value])],
    ['Scopes for them', scopes.length === 0 ? 'none' : codes(scopes)],
    ['A new one', full(rotates, (value) => (value ? 'with each refresh' : 'never'))],
    ['The old one then', full(reuse, (value) => REUSE[value])],
    ['An access token lives', full(accessTokenSeconds, secondsText)],
    ['Without a refresh they end', full(idleDays, daysText)],
  ]
}

function placeholders({ placeholders: all }: ServiceProfile): string {
  const entries = Object.entries(all)
  if (entries.length === 0) return ''
  const lines = entries.map(
    ([name, { text, value }]) =>
      `\`<${name}>\`: ${text}${value === undefined ? '' : ` (\`${value}\` unless told otherwise)`}`,
  )
  return `\nTo fill in:\n\n${bullets(lines)}\n`
}

function optionalParameters({ optionalParameters: all }: ServiceProfile): string {
  const entries = Object.entries(all)
  if (entries.length === 0) return ''
  const lines = entries.map(([name, use]) => `\`${name}\`: ${cited(use)}`)
  return `\nFurther parameters of the authorization request:\n\n${bullets(lines)}\n`
}

function brief<Value>(known: Known<Value>, text: (value: Value) => string): string {
  return 'source' in known ? text(known.value) : `${text(known.value)} (not confirmed)`
}

function full<Value>(known: Known<Value>, text: (value: Value) => string): string {
  const value = text(known.value)
  if ('source' in known) return cited({ text: value, source: known.source })
  return `${value} (not confirmed: ${known.unconfirmed})`
}

function scopesText(value: ScopeSyntax | 'none'): string {
  if (value === 'none') return 'no scopes'
  const { request, granted } = value
  return request === granted
    ? SEPARATORS[request]
    : `${SEPARATORS[request]}, in the answer ${SEPARATORS[granted]}`
}

function tokenRequestText({ authentication, body, headers }: TokenRequest): string {
  const fields = Object.keys(headers).length === 0 ? '' : `, with ${fieldsText(headers)}`
  return `${code(authentication)}, ${body === 'form' ? 'a form' : 'JSON'}${fields}`
}

function revocationText(value: RevocationRequest | 'none'): string {
  if (value === 'none') return 'no'
  const { method, endpoint, tokens, ends } = value
  return `${code(`${method} ${endpoint}`)} with ${codes(tokens)} ends the ${ends}`
}

function identityText({ method, url, scopes, subject, name }: IdentityRequest): string {
  const needed = scopes.length === 0 ? '' : `, with the scopes ${codes(scopes)}`
  return `${code(`${method} ${url}`)}: ${code(subject)}, called ${code(name)}${needed}`
}

function secondsText(value: number | undefined): string {
  if (value === undefined) return 'as the token response says'
  return value % 3_600 === 0 ? `${value / 3_600} hours` : `${value} seconds`
}

function daysText(value: number | undefined): string {
  return value === undefined ? 'never' : `after ${value} days`
}

function parametersText(parameters: Readonly<Record<string, string>>): string {
  return codes(Object.entries(parameters).map(([name, value]) => `${name}=${value}`)) || 'none'
}

function fieldsText(fields: Readonly<Record<string, string>>): string {
  return codes(Object.entries(fields).map(([name, value]) => `${name}: ${value}`)) || 'none'
}

function codes(values: readonly string[]): string {
  return values.map(code).join(', ')
}

function code(value: string): string {
  return `\`${value}\``
}

function bullets(lines: readonly string[]): string {
  return lines.map((line) => `- ${line}`).join('\n')
}
