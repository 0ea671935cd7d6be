import { UsageError } from './cli-errors.ts'
import type { Command, CommandResult } from './command.ts'
import { formatDuration, paint } from './format.ts'
import type { CliIo } from './io.ts'
import { recognizeProvider } from './recognize-provider.ts'
import { loadResourceServer } from './token-config.ts'
import type { TokenKind } from './token-kind.ts'
import { type ExplainedMember, explainClaims, explainHeader, showValue } from './token-members.ts'
import { explainReason } from './token-refusals.ts'
import { describeVerdict, type TokenVerdict } from './token-verdict.ts'

/** More than any token that is accepted, and what stands around it. */
const MAX_CHARACTERS = 65_536
/** As it stands in a request, or in the output of a tool that shows requests. */
const FIELD = /^(?:authorization:\s*)?(?:(?:bearer|dpop)(?:\s+|$))?/i

export const tokenInspect: Command = {
  name: 'token inspect',
  summary: 'Explain a token from standard input, and say why it is refused',
  options: [
    {
      name: 'config',
      value: '<module>',
      help: 'A .js or .ts module that exports a resource server or its options: verifies the token',
    },
    { name: 'export', value: '<name>', help: 'Which export of it, where there are several' },
  ],
  details: [
    'The token comes from standard input, such as `pbpaste | mcp-gatehouse token inspect`, and',
    'is never printed, nor is its signature. Its claims are: they are about somebody.',
    'With --config the module is loaded, so its code runs. Policies, tenants, hosts and proofs of',
    'possession belong to a request, and are not looked at.',
    'Exit code 1: it is refused. Without --config nothing is verified, and 0 says "explained".',
  ],
  async run(options, io) {
    const config = options.value('config')
    if (config === undefined && options.isSet('export')) {
      throw new UsageError('--export is for --config: name the module.')
    }
    const token = await readToken(io)
    const { recognizeToken } = await import('./token-kind.ts')
    const kind = recognizeToken(token)
    if (config === undefined) return report(kind, unverified(kind, io.now()), io)
    const server = await loadResourceServer(config, options.value('export'), io)
    const { inspectToken } = await import('../resource-server/index.ts')
    const claims = kind.kind === 'jwt' ? kind.claims : {}
    const inspection = await inspectToken(server, token, claims['iss'])
    return report(kind, describeVerdict(inspection, claims), io)
  },
}

async function readToken(io: CliIo): Promise<string> {
  if (io.isTerminal.stdin) {
    io.stderr.write(
      'Paste the token, and press Enter. One of more than 4,000 characters: pipe it.\n',
    )
  }
  const decoder = new TextDecoder()
  let text = ''
  for await (const chunk of io.stdin) {
    text += typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true })
    if (text.length > MAX_CHARACTERS) throw new UsageError('Standard input is longer than a token.')
    if (io.isTerminal.stdin && text.includes('\n')) break
  }
  const token = text.trim().replace(FIELD, '')
  if (token !== '') return token
  throw new UsageError('There is no token on standard input: `… | mcp-gatehouse token inspect`.')
}

/** What can be said without a configuration. */
function unverified(kind: TokenKind, now: number): TokenVerdict {
  switch (kind.kind) {
    case 'jwt':
      return explained(
        `A signed token (JWT) of ${showValue(kind.claims['iss'] ?? 'nobody')}${expiryOf(kind.claims, now)}; not verified: add --config <module>.`,
      )
    case 'jwe':
      return explained(
        'An encrypted token (JWE): only its header can be read without the key. Add --config <module> to decrypt it.',
      )
    case 'opaque': {
      const known = kind.issuedBy === undefined ? '' : `, as ${kind.issuedBy} issues them`
      return explained(
        `An opaque token${known}: only who issued it knows what it means. Which verifier asks: docs/tokens.md.`,
      )
    }
    case 'api_key':
      return kind.isIntact
        ? explained(
            `An API key (${kind.prefix}_…) with a good checksum. Whether it is stored says --config <module>, or \`mcp-gatehouse api-keys list\`.`,
          )
        : broken('An API key', 'checksum')
    case 'broken':
      return broken('What was meant to be a JWT', kind.reason)
    default:
      throw new Error(kind satisfies never)
  }
}

function expiryOf({ exp }: Readonly<Record<string, unknown>>, now: number): string {
  if (exp === undefined) return ', which never expires and is refused'
  return typeof exp === 'number' && exp <= now ? `, expired ${formatDuration(now - exp)} ago` : ''
}

const explained = (summary: string): TokenVerdict => ({ verdict: 'unverified', summary })

function broken(what: string, reason: string): TokenVerdict {
  const summary = `${what} that every server refuses, check: ${reason}.`
  return { verdict: 'refused', summary, reason, ...explainReason(reason) }
}

function report(kind: TokenKind, verdict: TokenVerdict, io: CliIo): CommandResult {
  const header = 'header' in kind ? explainHeader(kind.header) : []
  const claims = kind.kind === 'jwt' ? explainClaims(kind.claims, io.now()) : []
  const provider = providerOf(kind)
  const { summary, why, fix } = verdict
  const isRefusal = verdict.verdict === 'refused' || verdict.verdict === 'unavailable'
  return {
    json: { kind: kind.kind, ...verdict, provider, header, claims },
    lines: [
      paint(io, ['bold', isRefusal ? 'red' : 'green'], summary),
      ...(why === undefined ? [] : [`  Why: ${why}`]),
      ...(fix === undefined ? [] : [`  Fix: ${fix}`]),
      ...(provider === undefined ? [] : [`  Issued by ${provider.title}: ${provider.page}`]),
      ...membersOf('Header:', header, io),
      ...membersOf('Claims:', claims, io),
    ],
    isRefusal,
  }
}

function providerOf(
  kind: TokenKind,
): { readonly title: string; readonly page: string } | undefined {
  const issuer = kind.kind === 'jwt' ? kind.claims['iss'] : undefined
  const profile = typeof issuer === 'string' ? recognizeProvider(issuer) : undefined
  return profile && { title: profile.title, page: `docs/providers/${profile.id}.md` }
}

function membersOf(
  title: string,
  members: readonly ExplainedMember[],
  io: CliIo,
): readonly string[] {
  if (members.length === 0) return []
  const rows = members.flatMap(({ name, value, time, meaning, source }) => [
    `  ${name}: ${value}${time === undefined ? '' : ` (${time})`}`,
    `      ${meaning} (${source})`,
  ])
  return ['', paint(io, 'bold', title), ...rows]
}
