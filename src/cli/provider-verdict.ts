import type { ProviderProfile } from '../providers/index.ts'
import { PROVIDERS } from './init/provider-options.ts'
import { plainText } from './plain-text.ts'
import { canSwitchOn, type ProviderFinding, pageOf } from './provider-findings.ts'

/** `direct`: MCP clients sign in there; `conditional`: perhaps; `server`: they need ours in front. */
export type Verdict = 'direct' | 'conditional' | 'server' | 'unusable'

/** Where an authorization server and its resource stand in the advice. */
export interface Advised {
  readonly issuer: string
  readonly resource: string | undefined
  readonly profile: ProviderProfile | undefined
}

/** What the findings come to. */
export function verdictOf(findings: readonly ProviderFinding[]): Verdict {
  const levels = new Set(findings.map(({ level }) => level))
  if (levels.has('error')) return 'unusable'
  if (levels.has('missing')) return 'server'
  return levels.has('depends') ? 'conditional' : 'direct'
}

/** The verdict as one sentence. */
export function sentenceOf(verdict: Verdict, { issuer, profile }: Advised): string {
  const name = profile?.title ?? issuer
  switch (verdict) {
    case 'direct':
      return `${name} works with MCP clients directly.`
    case 'conditional':
      return `${name} can work with MCP clients directly, if its settings allow what is listed below.`
    case 'server':
      return `${name} works with MCP clients behind the authorization server of this package, not directly as it is.`
    case 'unusable':
      return `${name} cannot be used as it is: see the errors.`
    default:
      throw new Error(verdict satisfies never)
  }
}

/** What to do next, one step a line. */
export function stepsOf(
  verdict: Verdict,
  findings: readonly ProviderFinding[],
  advised: Advised,
): readonly string[] {
  switch (verdict) {
    case 'direct':
      return directSteps(advised)
    case 'conditional':
      return [
        ...directSteps(advised),
        `If that is not possible, put the authorization server of this package in front: ${upstreamOf(advised)}, docs/authorization-server.md.`,
      ]
    case 'server':
      return [...serverSteps(advised), ...alternative(advised)]
    case 'unusable':
      return [
        ...findings.flatMap(({ level, fix }) => (level === 'error' && fix ? [fix] : [])),
        'Run this command again.',
      ]
    default:
      throw new Error(verdict satisfies never)
  }
}

function directSteps({ issuer, resource, profile }: Advised): readonly string[] {
  const entry =
    profile === undefined
      ? `oidc.issuer({ issuer: '${issuer}' })`
      : `${profile.id}.issuer({ … }) (${pageOf(profile)})`
  return [
    ...(profile?.directSteps ?? []).map(plainText),
    `Protect your server: createResourceServer({ resource: '${resource ?? '<its URL>'}', … }) with authorizationServers: [${entry}].`,
    'Get a token with a client, and try it: `mcp-gatehouse token inspect --config <module>`.',
  ]
}

function serverSteps(advised: Advised): readonly string[] {
  const { resource, profile } = advised
  return [
    `Register your authorization server there: the five steps of ${pageOf(profile)}.`,
    `Run it: createAuthorizationServer({ …, ${upstreamOf(advised)} }), docs/authorization-server.md.`,
    `Accept its tokens: createResourceServer({ resource: '${resource ?? '<its URL>'}', authorizationServers: ['<its issuer>'] }).`,
    `For a new server, \`mcp-gatehouse init --provider ${initName(profile)}\` writes the code of 2 and 3.`,
  ]
}

/** As `init` knows it; what has no name there is an OpenID provider like others. */
function initName(profile: ProviderProfile | undefined): string {
  return profile !== undefined && PROVIDERS.includes(profile.id) ? profile.id : 'oidc'
}

/** What could be switched on at the provider instead. */
function alternative({ profile }: Advised): readonly string[] {
  return canSwitchOn(profile)
    ? [
        `Or do without an authorization server of your own, and let clients register there: ${pageOf(profile)} says how.`,
      ]
    : []
}

function upstreamOf({ issuer, profile }: Advised): string {
  return profile === undefined
    ? `upstream: oidc({ issuer: '${issuer}', … })`
    : `upstream: ${profile.id}({ … })`
}
