import { rangesOf } from '../package-ranges.ts'
import {
  type Choices,
  DIRECT,
  EMBEDDED,
  hasServer,
  hasUpstream,
  isSealed,
  STORE_URLS,
} from './choices.ts'
import { FRAMEWORK_TEXTS } from './framework-text.ts'
import { providerOptions } from './provider-options.ts'
import { serverText, upstreamText } from './server-text.ts'

const LOCAL_URL = 'http://127.0.0.1:3000'

/** The packages of a project, with the ranges that this release is tested with. */
export function packagesOf(
  choices: Choices,
): Readonly<Record<'dependencies' | 'devDependencies', Record<string, string>>> {
  const { framework, store } = choices
  const all = [
    'mcp-gatehouse',
    '@modelcontextprotocol/server',
    ...FRAMEWORK_TEXTS[framework].packages,
    ...(hasServer(choices) ? ['oidc-provider', 'openid-client'] : []),
    ...(hasServer(choices) && store === 'postgres' ? ['pg'] : []),
    ...(hasServer(choices) && store === 'redis' ? ['ioredis'] : []),
  ]
  const development = [
    '@types/node',
    'typescript',
    ...all.filter((name) => name.startsWith('@types/')),
  ]
  return {
    dependencies: rangesOf(all.filter((name) => !name.startsWith('@types/'))),
    devDependencies: rangesOf(development),
  }
}

/** The files of a new project, but for its keys. */
export function projectFiles(choices: Choices, name: string): Readonly<Record<string, string>> {
  return {
    'package.json': json({
      name,
      version: '0.1.0',
      private: true,
      type: 'module',
      engines: { node: '>=22.19' },
      scripts: {
        start: 'node --env-file-if-exists=.env server.ts',
        types: 'tsc',
        doctor: `mcp-gatehouse doctor ${LOCAL_URL}/mcp`,
      },
      ...packagesOf(choices),
    }),
    'tsconfig.json': json({
      compilerOptions: {
        strict: true,
        target: 'esnext',
        module: 'nodenext',
        types: ['node'],
        noEmit: true,
        skipLibCheck: true,
        erasableSyntaxOnly: true,
        allowImportingTsExtensions: true,
        verbatimModuleSyntax: true,
      },
      include: ['*.ts'],
    }),
    ...codeFiles(choices),
    '.env.example': environmentText(choices),
    '.gitignore': ['node_modules/', '.env', '/.keys/', '*.db*', ''].join('\n'),
    'README.md': readmeText(choices, name),
  }
}

/** The code of a server. */
export function codeFiles(choices: Choices): Readonly<Record<string, string>> {
  const { provider } = choices
  return {
    ...(hasUpstream(choices) && { 'upstream.ts': upstreamText(provider) }),
    'server.ts': serverText(choices),
  }
}

const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`

/** Every variable that the server reads. */
export function environmentText(choices: Choices): string {
  const { provider, store } = choices
  const rows = [
    ['PUBLIC_URL', LOCAL_URL],
    ['PORT', '3000'],
    ...(provider === DIRECT ? [['ISSUER', 'https://id.example.com']] : []),
    ...(provider === EMBEDDED ? [['DEMO_PASSWORD', 'wonderland']] : []),
    ...(hasServer(choices) ? [['STORAGE_URL', STORE_URLS[store]]] : []),
    ...(hasUpstream(choices)
      ? providerOptions(provider).map(({ variable, example }) => [variable, example])
      : []),
  ]
  return `${rows.map(([variable, value]) => `${variable}=${value}`).join('\n')}\n`
}

/** What the keys are for; none where somebody else issues the tokens. */
export function keyUsesOf(choices: Choices): readonly ('cookies' | 'signing' | 'storage')[] {
  if (!hasServer(choices)) return []
  return isSealed(choices) ? ['signing', 'cookies', 'storage'] : ['signing', 'cookies']
}

/** Who can sign in at a server without a provider. */
export const DEMO_USER =
  'Sign in as `alice`, with the password of `DEMO_PASSWORD` in .env. This user is for development.'

/** What is left to do outside of the project, before it starts. */
export function setUpText({ provider }: Choices): string | undefined {
  if (provider === EMBEDDED) return undefined
  if (provider === DIRECT)
    return 'set ISSUER in .env. Its tokens have to name this server in `aud`.'
  return `register the redirect URI ${LOCAL_URL}/callback/${provider} at ${provider}, and write the client id and the secret that you get into .env.`
}

function readmeText(choices: Choices, name: string): string {
  const setUp = setUpText(choices)
  return [
    `# ${name}`,
    '',
    '## Run it',
    '',
    '```sh',
    'npm install',
    'cp .env.example .env',
    'npm start',
    'npm run doctor # in another terminal',
    '```',
    '',
    `MCP clients connect to \`${LOCAL_URL}/mcp\`. ${
      setUp === undefined ? DEMO_USER : `Before \`npm start\`: ${setUp}`
    }`,
    '',
    'In production `PUBLIC_URL` is https, and the keys of `.keys/` are kept outside of the repository.',
    '',
  ].join('\n')
}
