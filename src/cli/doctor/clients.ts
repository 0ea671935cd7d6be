import { isLoopbackHostname } from '../../oauth/index.ts'
import type { Finding } from './finding.ts'
import type { Observations } from './observations.ts'
import { isAnswer } from './seen.ts'

/** `unknown`: what decides it was not seen. */
export type ClientVerdict = 'works' | 'limited' | 'fails' | 'unknown'

export interface ClientReport {
  readonly client: string
  readonly verdict: ClientVerdict
  readonly reasons: readonly string[]
}

/** What is known of a client; docs/clients.md and docs/doctor.md have the sources. */
interface ClientProfile {
  readonly client: string
  /** It asks from a network of its maker. */
  readonly isRemote?: boolean
  /** It is a web page, which a server may keep out. */
  readonly isPage?: boolean
  /** It can do with a client ID metadata document, in every version. */
  readonly hasDocument?: boolean
  /** How a user gives it an id that was registered by hand. */
  readonly byHand: string
  /** Findings that trouble it, beside those that trouble everybody. */
  readonly troubled?: Readonly<Record<string, string>>
  /** What it does whatever the server is like. */
  readonly always?: string
}

/** Any of these, and no client signs in. */
const BLOCKING: ReadonlySet<string> = new Set([
  'call',
  'challenge',
  'pkce',
  'public-urls',
  'reachable',
  'resource',
  'resource-metadata',
  'server-metadata',
  'sign-in',
])

const PROFILES: readonly ClientProfile[] = [
  {
    client: 'Claude (web, Desktop, mobile)',
    isRemote: true,
    byHand: 'in the advanced settings of the connector',
    troubled: {
      registers: 'it never refreshes, since the registration lists no refresh_token',
      'refresh-tokens': 'its users sign in again whenever a token expires',
    },
  },
  {
    client: 'Claude Code',
    byHand: 'with --client-id',
    troubled: { resource: 'the resource it asks for may have another slash at the end' },
    always: 'drops the 403 of a step-up: ask for enough scopes in the 401',
  },
  { client: 'ChatGPT', isRemote: true, byHand: 'in the settings of the app' },
  { client: 'VS Code', byHand: 'when it asks for one' },
  { client: 'Cursor', byHand: 'in mcp.json' },
  {
    client: 'Codex',
    byHand: 'in its configuration',
    always: 'asks for no scopes: have defaults at the authorization server',
  },
  {
    client: 'MCP Inspector (web)',
    isPage: true,
    hasDocument: true,
    byHand: 'in its form',
    troubled: { 'web-pages': 'it connects through its proxy only' },
  },
  {
    client: 'mcp-remote',
    byHand: 'with --static-oauth-client-info',
    troubled: { 'well-known': 'an answer of 5xx ends it' },
  },
  {
    client: 'SDK clients, v1 and v2',
    hasDocument: true,
    byHand: 'in clientInformation()',
    troubled: {
      'bad-token': 'they do not refresh without error="invalid_token"',
      resource: 'they refuse a resource that is not the URL or a part of it',
    },
  },
]

/** Which clients will work with a server that these findings are of, and why. */
export function clientReports(
  seen: Observations,
  findings: readonly Finding[],
): readonly ClientReport[] {
  return PROFILES.map((profile) => {
    const reports = [
      ...stopping(seen, findings),
      ...ownTrouble(profile, seen, findings),
      ...registering(profile, seen),
    ]
    const verdict = (['fails', 'unknown', 'limited'] as const).find((wanted) =>
      reports.some(([one]) => one === wanted),
    )
    const reasons = reports.filter(([one]) => one === verdict).map(([, reason]) => reason)
    const always = profile.always === undefined ? [] : [profile.always]
    const { client } = profile
    return verdict === undefined
      ? { client, verdict: 'works', reasons: always }
      : { client, verdict, reasons: [...new Set(reasons)] }
  })
}

type Reason = readonly [verdict: Exclude<ClientVerdict, 'works'>, reason: string]

function stopping(seen: Observations, findings: readonly Finding[]): readonly Reason[] {
  const { initialize } = seen
  if (isAnswer(initialize) && initialize.status === 200) {
    return [['limited', 'it is let in without signing in']]
  }
  const blocking = findings.filter(
    ({ check, verdict }) => verdict === 'fail' && BLOCKING.has(check),
  )
  const isMute = isAnswer(initialize) && initialize.status !== 401 && blocking.length === 0
  const isUnseen = findings.some(
    ({ check, verdict }) => check === 'server-metadata' && verdict === 'skip',
  )
  return [
    ...(blocking.length === 0
      ? []
      : [['fails', `see ${blocking.map(({ check }) => check).join(', ')}`] as const]),
    ...(isMute ? [['fails', 'no 401 tells it to sign in'] as const] : []),
    ...(isUnseen ? [['unknown', 'the authorization server was not read'] as const] : []),
  ]
}

function ownTrouble(
  { isRemote = false, troubled = {} }: ClientProfile,
  { url }: Observations,
  findings: readonly Finding[],
): readonly Reason[] {
  const isLocal = isLoopbackHostname(url.hostname)
  return [
    ...(isRemote && isLocal
      ? [
          [
            'fails',
            'it calls from the network of its maker, which cannot reach this machine',
          ] as const,
        ]
      : []),
    ...Object.entries(troubled).flatMap(([check, reason]): readonly Reason[] => {
      const isTroubled = findings.some(
        (finding) => finding.check === check && isTrouble(check, finding),
      )
      return isTroubled ? [['limited', reason]] : []
    }),
  ]
}

/** That pages are kept out may be meant so, and still keeps a page out. */
function isTrouble(check: string, { verdict }: Finding): boolean {
  return verdict === 'warn' || verdict === 'fail' || (check === 'web-pages' && verdict === 'note')
}

function registering(
  { byHand, hasDocument = false }: ClientProfile,
  { authorizationServers: [server] }: Observations,
): readonly Reason[] {
  const { metadata } = server ?? {}
  if (metadata === undefined || typeof metadata['registration_endpoint'] === 'string') return []
  if (metadata['client_id_metadata_document_supported'] !== true) {
    return [['limited', `it needs an id that was registered by hand, ${byHand}`]]
  }
  return hasDocument
    ? []
    : [['limited', `versions without client ID metadata documents need an id, ${byHand}`]]
}
