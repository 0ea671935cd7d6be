import { type Choices, hasServer, hasUpstream, isSealed, STORE_URLS } from './choices.ts'
import { FRAMEWORK_TEXTS } from './framework-text.ts'
import { providerOptions } from './provider-options.ts'

const SCOPE = 'tools:use'

/** The whole of `server.ts`. */
export function serverText(choices: Choices): string {
  const lines = [
    ...importLines(choices),
    '',
    ...(hasServer(choices) ? authorizationServerLines(choices) : directLines()),
    'function buildServer(): McpServer {',
    "  const server = new McpServer({ name: 'my-server', version: '0.1.0' })",
    "  server.registerTool('whoami', { description: 'Say who is calling' }, () => ({",
    "    content: [{ type: 'text', text: currentPrincipal()?.subject ?? 'nobody' }],",
    '  }))',
    '  return server',
    '}',
    ...FRAMEWORK_TEXTS[choices.framework].lines(hasServer(choices)),
    ...readyLines(choices),
  ]
  return `${lines.join('\n')}\n`
}

function importLines(choices: Choices): readonly string[] {
  const { framework } = choices
  const storage = isSealed(choices) ? 'openStorage, sealed' : 'openStorage'
  const all = [
    ...FRAMEWORK_TEXTS[framework].imports,
    "import { createMcpHandler, McpServer } from '@modelcontextprotocol/server'",
    "import { createResourceServer } from 'mcp-gatehouse'",
    "import { currentPrincipal } from 'mcp-gatehouse/context'",
    ...(hasServer(choices)
      ? [
          "import { createAuthorizationServer } from 'mcp-gatehouse/authorization-server'",
          "import { createKeyRing, type KeyUse, keysFromFile } from 'mcp-gatehouse/keys'",
          `import { ${storage} } from 'mcp-gatehouse/storage'`,
        ]
      : []),
    ...(hasUpstream(choices) ? ["import { upstream } from './upstream.ts'"] : []),
  ]
  return all.toSorted((one, other) => (order(moduleOf(one)) < order(moduleOf(other)) ? -1 : 1))
}

const moduleOf = (line: string): string => line.slice(line.indexOf(' from '))

/** Node's own first, as formatters have it. */
const order = (module: string): string => module.replace("'node:", "'!").replace("'./", "'~")

function authorizationServerLines(choices: Choices): readonly string[] {
  const parts = [
    'handler',
    'verifier',
    'revocations',
    ...(hasUpstream(choices) ? ['warmUp'] : []),
  ].join(', ')
  const store = `await openStorage(process.env['STORAGE_URL'] ?? '${STORE_URLS[choices.store]}')`
  return [
    ...publicUrlLines(),
    'const ring = (use: KeyUse) => createKeyRing({ use, source: keysFromFile(`.keys/${use}.json`) })',
    `const { ${parts} } = await createAuthorizationServer({`,
    '  issuer: publicUrl,',
    `  resources: { [resource]: ['${SCOPE}'] },`,
    `  scopes: { '${SCOPE}': 'Use the tools' },`,
    ...usersLines(choices),
    isSealed(choices)
      ? `  storage: await sealed(${store}, await ring('storage')),`
      : `  storage: ${store},`,
    "  keys: { signing: await ring('signing'), cookies: await ring('cookies') },",
    '  allowInsecureLoopback,',
    '})',
    `const tokens = { authorizationServers: [publicUrl], requiredScopes: ['${SCOPE}'], verifier }`,
    'const gatehouse = createResourceServer({ resource, ...tokens, revocations, allowInsecureLoopback })',
  ]
}

function usersLines(choices: Choices): readonly string[] {
  if (hasUpstream(choices)) return ['  upstream,']
  return [
    "  users: [{ username: 'alice', password: process.env['DEMO_PASSWORD'] ?? 'wonderland' }],",
  ]
}

/** The whole of `upstream.ts`: the provider that the authorization server stands in front of. */
export function upstreamText(provider: string): string {
  const options = providerOptions(provider)
  const name = provider === 'oidc' ? ["  name: 'oidc',"] : []
  const lines = [
    "import type { UpstreamOptions } from 'mcp-gatehouse/authorization-server'",
    `import { ${provider} } from 'mcp-gatehouse/providers'`,
    '',
    `export const upstream: UpstreamOptions = ${provider}({`,
    ...name,
    ...options.map(({ option, variable }) => `  ${option}: process.env['${variable}'] ?? '',`),
    ...options
      .filter(({ option }) => option === 'issuer')
      .map(
        ({ variable }) =>
          `  allowInsecureLoopback: process.env['${variable}']?.startsWith('http:'), // localhost only`,
      ),
    '})',
  ]
  return `${lines.join('\n')}\n`
}

function directLines(): readonly string[] {
  return [
    ...publicUrlLines(),
    'const gatehouse = createResourceServer({',
    '  resource,',
    "  authorizationServers: [process.env['ISSUER'] ?? 'https://id.example.com'],",
    `  requiredScopes: ['${SCOPE}'],`,
    '  allowInsecureLoopback,',
    '})',
  ]
}

function publicUrlLines(): readonly string[] {
  return [
    "const { PORT: port = 3000, PUBLIC_URL: publicUrl = 'http://127.0.0.1:3000' } = process.env",
    'const resource = `${publicUrl}/mcp`',
    "const allowInsecureLoopback = publicUrl.startsWith('http:') // an http URL elsewhere is refused",
  ]
}

/** Says where clients connect; and what is wrong with the provider, before a user finds out. */
function readyLines(choices: Choices): readonly string[] {
  const say = 'console.log(`Ready: ${resource}`)'
  return [
    hasUpstream(choices)
      ? `warmUp().then(() => ${say}, (error) => console.error(error.message))`
      : say,
  ]
}
