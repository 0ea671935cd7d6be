import { isSecureUrl, parseIssuerIdentifier, parseResourceIdentifier } from '../oauth/index.ts'
import { PROVIDER_PROFILES, type ProviderProfile } from '../providers/index.ts'
import { UsageError } from './cli-errors.ts'
import type { Command, CommandResult, GivenOptions } from './command.ts'
import { formatTable, paint } from './format.ts'
import type { CliIo } from './io.ts'
import { plainText } from './plain-text.ts'
import { type FindingLevel, findingsOf, type ProviderFinding, pageOf } from './provider-findings.ts'
import { type ProviderProbe, probeProvider } from './provider-probe.ts'
import { type Advised, sentenceOf, stepsOf, type Verdict, verdictOf } from './provider-verdict.ts'
import { recognizeProvider } from './recognize-provider.ts'

const SECTIONS: readonly (readonly [FindingLevel, title: string])[] = [
  ['error', 'Errors:'],
  ['works', 'Works:'],
  ['missing', 'Does not work with MCP clients directly:'],
  ['depends', 'Depends on its settings:'],
  ['hint', 'Good to know:'],
]
const COLOURS: Readonly<Record<Verdict, 'green' | 'yellow' | 'red'>> = {
  direct: 'green',
  conditional: 'yellow',
  server: 'yellow',
  unusable: 'red',
}

export const providerCheck: Command = {
  name: 'provider check',
  summary: 'Say whether MCP clients can use an authorization server, and what to do',
  argument: { name: 'issuer', help: 'Its issuer identifier, such as https://id.example.com' },
  options: [
    {
      name: 'provider',
      value: '<name>',
      choices: PROVIDER_PROFILES.map(({ id }) => id),
      help: 'Which product it is, where the issuer does not tell, such as auth0 on your own domain',
    },
    { name: 'resource', value: '<url>', help: 'Your MCP server, for the lines to copy' },
    { name: 'allow-insecure-loopback', help: 'Ask an http issuer on this machine, too' },
  ],
  details: [
    'It reads the metadata and the keys, as a protected server does, and registers nothing.',
    'What a provider does and no metadata says is from its documentation: docs/providers/.',
    'Exit code 1: nobody can sign in there as it is, neither directly nor through our server.',
  ],
  async run(options, io) {
    const issuer = readIssuer(options)
    const probe = await probeProvider(issuer, options.isSet('allow-insecure-loopback'))
    const profile = readProfile(options.value('provider')) ?? recognizeProvider(issuer)
    return describe(probe, { issuer, resource: readResource(options), profile }, io)
  },
}

function readIssuer(options: GivenOptions): string {
  const issuer = options.required('issuer')
  const url = parseIssuerIdentifier(issuer)
  if (url === undefined) {
    throw new UsageError('<issuer> is an absolute https URL without query and fragment.')
  }
  if (isSecureUrl(url, options.isSet('allow-insecure-loopback'))) return issuer
  throw new UsageError(
    '<issuer> is an https URL; http is for this machine only, with --allow-insecure-loopback.',
  )
}

function readResource(options: GivenOptions): string | undefined {
  const resource = options.value('resource')
  if (resource === undefined) return undefined
  const parsed = parseResourceIdentifier(resource)
  if (parsed !== undefined) return parsed.resource
  throw new UsageError('--resource is an absolute http or https URL without a fragment.')
}

function readProfile(id: string | undefined): ProviderProfile | undefined {
  return PROVIDER_PROFILES.find((profile) => profile.id === id)
}

function describe(probe: ProviderProbe, advised: Advised, io: CliIo): CommandResult {
  const { issuer, profile } = advised
  const findings = findingsOf(probe, profile)
  const verdict = verdictOf(findings)
  const summary = sentenceOf(verdict, advised)
  const steps = stepsOf(verdict, findings, advised)
  const metadataUrl = probe.metadata instanceof Error ? undefined : probe.locations.at(-1)?.url
  const provider = profile && { id: profile.id, title: profile.title, page: pageOf(profile) }
  return {
    json: { issuer, provider, verdict, summary, metadataUrl, findings, steps },
    lines: [
      paint(io, ['bold', COLOURS[verdict]], summary),
      '',
      ...formatTable([
        ['Issuer', issuer],
        [
          'Provider',
          provider ? `${provider.title}, ${provider.page}` : 'not recognised (--provider)',
        ],
        ['Metadata', metadataUrl ?? 'none'],
        ...(profile === undefined ? [] : [['Known', adviceOf(profile)]]),
      ]),
      ...SECTIONS.flatMap(([level, title]) => section(level, title, findings, io)),
      '',
      paint(io, 'bold', 'What to do:'),
      ...steps.map((step, index) => `  ${index + 1}. ${step}`),
    ],
    isRefusal: verdict === 'unusable',
  }
}

function section(
  wanted: FindingLevel,
  title: string,
  findings: readonly ProviderFinding[],
  io: CliIo,
): readonly string[] {
  const found = findings.filter(({ level }) => level === wanted)
  if (found.length === 0) return []
  // One fix for several findings in a row stands under the last of them.
  const rows = found.flatMap(({ topic, message, fix }, index) => {
    const isFixedBelow = fix === undefined || fix === found[index + 1]?.fix
    const row = [topic, message]
    return isFixedBelow ? [row] : [row, ['', `Fix: ${fix}`]]
  })
  return ['', paint(io, 'bold', title), ...formatTable(rows)]
}

/** What the page of the provider says about our authorization server. */
function adviceOf({ needsServer }: ProviderProfile): string {
  return plainText(needsServer).replaceAll('this server', 'our authorization server')
}
