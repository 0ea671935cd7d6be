import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import * as z from 'zod'
import { SRC, sourceExports } from './source-exports.ts'

interface Entry {
  readonly file: string
  readonly values: readonly string[]
  readonly types: readonly string[]
}

const ENTRIES: Readonly<Record<string, Entry>> = {
  'mcp-gatehouse': {
    file: 'index.ts',
    values: [
      'ConfigError',
      'ERROR_CODES',
      'GatehouseError',
      'UpstreamError',
      'checkServerMetadata',
      'createResourceServer',
    ],
    types: [
      'AdditionalMetadata',
      'Admission',
      'AuditEvent',
      'AuditSink',
      'AuthInfo',
      'AuthorizationServerOptions',
      'CallerFacts',
      'Checked',
      'ClaimsSchema',
      'ClientPrincipal',
      'Clock',
      'ErrorCode',
      'ErrorCodeEntry',
      'Fetch',
      'HandlerContext',
      'InboundRequest',
      'MapClaims',
      'MappedClaims',
      'MetadataFinding',
      'MetadataFindingCode',
      'Principal',
      'ProtectedResourceMetadata',
      'ReadBody',
      'RequestFacts',
      'ResourceServer',
      'ResourceServerOptions',
      'ServerMetadataReport',
      'SharedSecret',
      'TokenClaims',
      'TokenFailure',
      'TokenFailureReason',
      'TokenVerifier',
      'TransformMetadata',
      'UserPrincipal',
      'VerifiedToken',
    ],
  },
  'mcp-gatehouse/context': {
    file: 'context/index.ts',
    values: ['currentPrincipal', 'runWithPrincipal'],
    types: [],
  },
  'mcp-gatehouse/express': {
    file: 'adapters/express.ts',
    values: ['requireBearer', 'serveMetadata'],
    types: ['Authenticated'],
  },
  'mcp-gatehouse/fastify': {
    file: 'adapters/fastify.ts',
    values: ['requireBearer', 'serveMetadata'],
    types: ['BearerHooks'],
  },
  'mcp-gatehouse/hono': {
    file: 'adapters/hono.ts',
    values: ['requireBearer', 'serveMetadata'],
    types: ['AuthenticatedEnv'],
  },
  'mcp-gatehouse/node': {
    file: 'adapters/node.ts',
    values: ['protect'],
    types: ['AuthenticatedListener', 'AuthenticatedMessage', 'ProtectOptions'],
  },
  'mcp-gatehouse/testing': {
    file: 'testing/index.ts',
    values: [
      'DEMO_USERS',
      'createScriptedBrowser',
      'createTestAuthorizationServer',
      'createTokenIssuer',
    ],
    types: [
      'Callback',
      'CannedAnswer',
      'FormButton',
      'FormEntry',
      'FormField',
      'MintOptions',
      'Page',
      'PageForm',
      'PageView',
      'RecordedRequest',
      'ScriptedBrowser',
      'ScriptedBrowserOptions',
      'SignIn',
      'TestAuthorizationServer',
      'TestAuthorizationServerOptions',
      'TestUser',
      'TestUsers',
      'TokenIssuer',
      'TokenIssuerOptions',
    ],
  },
}

test('the entries of the package are these', () => {
  const manifest: unknown = JSON.parse(readFileSync(join(SRC, '../package.json'), 'utf8'))
  const { exports } = z.object({ exports: z.record(z.string(), z.unknown()) }).parse(manifest)
  expect(Object.keys(exports).toSorted()).toEqual(
    [
      ...Object.keys(ENTRIES).map((name) => name.replace('mcp-gatehouse', '.')),
      './package.json',
    ].toSorted(),
  )
})

test.each(Object.entries(ENTRIES))('%s exports these values', async (name, { values }) => {
  const entry: object = await import(name)
  expect(Object.keys(entry).toSorted()).toEqual(values)
})

test.each(Object.entries(ENTRIES))('%s exports these types', (_name, { file, values, types }) => {
  const names = sourceExports(file).filter((name) => !values.includes(name))
  expect(names).toEqual(types)
})
