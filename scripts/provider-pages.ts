import type { Capability, ProviderProfile } from '../src/providers/index.ts'
import { cited, header, numbered, table } from './markdown.ts'
import { type NamedService, servicePages, servicesSection } from './service-pages.ts'

/** Pages of `docs/providers/`, by their path, made of the profiles. */
export function providerPages(
  profiles: readonly ProviderProfile[],
  services: readonly NamedService[],
): readonly (readonly [file: string, content: string])[] {
  return [
    ['docs/providers/README.md', `${overview(profiles)}\n${servicesSection(services)}`],
    ...profiles.map((profile) => [`docs/providers/${profile.id}.md`, page(profile)] as const),
    ...servicePages(services),
  ]
}

const WORDS: Readonly<Record<Capability['supported'], string>> = {
  yes: 'yes',
  no: 'no',
  option: 'where switched on',
  unconfirmed: 'not confirmed',
  varies: 'look there',
}

const CAPABILITIES = {
  registration: 'Dynamic registration',
  clientIdDocuments: 'Client ID metadata documents',
  resourceIndicators: '`resource`',
  pkceAdvertised: 'PKCE in its metadata',
  revocation: 'Revocation',
} as const satisfies Partial<Record<keyof ProviderProfile, string>>

type CapabilityName = keyof typeof CAPABILITIES

const NAMES = Object.keys(CAPABILITIES) as readonly CapabilityName[]

function overview(profiles: readonly ProviderProfile[]): string {
  const capabilities = profiles.map((profile) => [
    `[${profile.title}](${profile.id}.md)`,
    profile.tokens,
    ...NAMES.map((name) => WORDS[profile[name].supported]),
    profile.emulated ? 'emulated' : 'not emulated',
  ])
  const claims = profiles.map((profile) => [
    profile.title,
    profile.audience.text,
    ...(['scopes', 'roles', 'permissions', 'clientId', 'tenant'] as const).map((place) =>
      profile.claims[place].map((claim) => `\`${claim}\``).join(', '),
    ),
  ])
  return `${header('src/providers/')}# Identity providers

Every provider is a function that both roles take, and a page with its set-up and its traps:

\`\`\`ts source="examples/providers/entra.ts"
\`\`\`

That is the \`upstream\` of [your own authorization server](../authorization-server.md), which signs
users in there and gives MCP clients tokens of its own. Where clients can get along with the provider
themselves, the resource server takes its tokens as they are:

\`\`\`ts source="examples/providers/direct/entra.ts"
\`\`\`

Issuer, audience, claims and the words for scopes come from the profile; what you write wins.

## Which one can do what

An MCP client that nobody knows needs registration or client ID metadata documents, PKCE in the
metadata, and a token whose \`aud\` is your server. Where one of them is missing, put your own
authorization server in front. Opaque access tokens need it too, or a verifier that
[asks the provider](../tokens.md). What your deployment says for itself shows
\`npx mcp-gatehouse provider check <issuer>\` ([how to read it](../cli.md#check-a-provider)).

${table(['Provider', 'Access tokens', ...Object.values(CAPABILITIES), 'Tested'], capabilities)}

*Emulated*: its documented behaviour is reproduced in \`mcp-gatehouse/testing\`, and its tokens go through the
whole gate. *Not confirmed*: no documentation of the provider that could be read says so; its page has
the reason. *Look there*: every deployment differs, and its metadata says so. Everything else has its
source on its page.

## What is in their access tokens

${table(['Provider', '`aud`', 'Scopes', 'Roles', 'Permissions', 'Client', 'Tenant'], claims)}

## Scopes of your policy, and what the provider calls them

\`scopes\` has the scopes of your [policy](../policies.md) on the left, and on the right the name of a
scope of the provider, or a \`role\`, a \`group\` or a \`permission\`; one of several is enough.

- Tokens are read with it: the policy sees its own names. A scope on the left is granted by what stands
  on the right alone, whatever the token says under the same name.
- Challenges and \`scopes_supported\` are written with it: clients are told \`api://…/Notes.Read\` for
  \`notes:read\`. A scope that comes of a role or a group cannot be asked for and is left out; better
  have the role in the [rule](../policies.md).
- With several providers, a 401 has the words of the first, since it does not know who will ask.

\`mapScopes\` does the same for a provider that has no function.

## Three things hold for sign-in at all of them

- *Who gets in* is decided at the provider. Your server takes everybody who can sign in there; where
  that is the whole world, as at Google and GitHub, say in the [policy](../policies.md) who may do what.
- *Staying signed in* needs no refresh token of the provider: clients have those of your server, for
  90 days. The provider's is for \`upstreamToken(principal)\`, so that tools can call the provider's API
  after its access token has ended. If no tool does, leave out \`offline_access\` and its kin.
- *A secret that is not set* is an error at start, because of the \`?? ''\`. Left out, it would make
  your server a public client, which none of these registrations is.

The redirect URI to register is your issuer, \`/callback/\` and the \`name\` of the object, exactly. Then
try it: \`npx mcp-remote-client https://mcp.example.com/mcp\` goes all the way.

Recap: one registration of the kind "web" with a secret, one redirect URI, one function; and no
server of your own where the table says that clients get along without it.
`
}

function page(profile: ProviderProfile): string {
  const { id, title, steps, refresh, traps, extraParameters, unconfirmed } = profile
  const parameters = Object.entries(extraParameters)
  return `${header(`src/providers/${id}.ts`)}# ${title}

${profile.needsServer}

## Sign users in

The issuer of your authorization server is \`https://auth.example.com\` here.

${numbered(steps)}

\`\`\`ts source="examples/providers/${id}.ts"
\`\`\`

**Refresh tokens** ${refresh.map(cited).join(' ')}
${parameters.length === 0 ? '' : `\nParameters of its own, for \`extraAuthorizeParams\`:\n\n${parameters.map(([name, use]) => `- \`${name}\`: ${use}`).join('\n')}\n`}
## Accept its access tokens

${direct(profile)}

## Traps

${traps.map((trap) => `- ${cited(trap)}`).join('\n')}

## What it can do

${table(
  ['What', 'Which', 'Detail'],
  [
    ['Issuer', `\`${profile.issuer}\``, profile.discovery],
    ['Access tokens', profile.tokens, cited(profile.audience)],
    ...NAMES.map((name) => [
      CAPABILITIES[name],
      WORDS[profile[name].supported],
      citedCapability(profile[name]),
    ]),
    [
      'Tested',
      profile.emulated ? 'emulated' : 'not emulated',
      profile.emulated
        ? 'through the whole gate, with an emulator'
        : 'the objects only; nothing like it answers in the tests',
    ],
  ],
)}

${unconfirmed.length === 0 ? '' : `Not confirmed: ${unconfirmed.join('; ')}.\n\n`}[All providers](README.md)
`
}

function direct({ id, directSteps }: ProviderProfile): string {
  if (directSteps === undefined) {
    return `They are opaque, and for its own API. A resource server can have each of them checked there
([opaque tokens](../tokens.md)); MCP clients that nobody registered need the server above.`
  }
  return `${directSteps.map((step) => `- ${step}`).join('\n')}

\`\`\`ts source="examples/providers/direct/${id}.ts"
\`\`\``
}

function citedCapability(capability: Capability): string {
  return 'source' in capability ? cited(capability) : capability.text
}
