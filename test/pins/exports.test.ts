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
      'DeniedError',
      'ERROR_CODES',
      'GatehouseError',
      'StorageError',
      'UpstreamError',
      'checkServerMetadata',
      'createResourceServer',
      'definePolicy',
      'storedRevocations',
    ],
    types: [
      'AdditionalMetadata',
      'Admission',
      'AnswerHead',
      'AnswerPlan',
      'AuditEvent',
      'AuditSink',
      'AuthInfo',
      'AuthorizationServerOptions',
      'BodyRewriter',
      'BodySource',
      'CallerFacts',
      'Checked',
      'ClaimValue',
      'ClaimsSchema',
      'ClientPrincipal',
      'Clock',
      'CurrentRequest',
      'Decision',
      'DecisionContext',
      'DecisionPoint',
      'ErrorCode',
      'ErrorCodeEntry',
      'ExplainedCheck',
      'ExplainedOperation',
      'Explanation',
      'Fetch',
      'HandlerContext',
      'InboundRequest',
      'MapClaims',
      'MappedClaims',
      'Messages',
      'MetadataFinding',
      'MetadataFindingCode',
      'Operation',
      'OperationFacts',
      'OperationKind',
      'Passage',
      'PlanAnswer',
      'Policy',
      'PolicyOptions',
      'Principal',
      'ProtectedResourceMetadata',
      'RequestFacts',
      'RequestId',
      'Requirement',
      'ResourceServer',
      'ResourceServerOptions',
      'RevocableCaller',
      'Revocation',
      'Revocations',
      'RevokedTokens',
      'Rule',
      'RuleFunction',
      'ServerMetadataReport',
      'SharedSecret',
      'StaticRule',
      'StoredRevocationsOptions',
      'TokenClaims',
      'TokenFacts',
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
    values: [
      'currentPrincipal',
      'currentRequest',
      'requireOwner',
      'requireTenant',
      'runWithRequest',
    ],
    types: ['CurrentRequest'],
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
  'mcp-gatehouse/sdk': {
    file: 'sdk/index.ts',
    values: ['guard', 'reconcile', 'requireScopes'],
    types: ['CallContext', 'GuardOptions', 'GuardableMcpServer', 'GuardableServer'],
  },
  'mcp-gatehouse/keys': {
    file: 'keys/index.ts',
    values: [
      'buildJwksAnswer',
      'createKeyRing',
      'encryptToken',
      'generateKey',
      'keysFromEnvironment',
      'keysFromFile',
      'keysFromFunction',
      'rotateKeys',
    ],
    types: [
      'EncryptTokenOptions',
      'GenerateKeyOptions',
      'JwksAnswerOptions',
      'KeyFileOptions',
      'KeyFunctionOptions',
      'KeyRing',
      'KeyRingOptions',
      'KeyRotation',
      'KeySource',
      'KeyStatus',
      'KeyUse',
      'NewKeyAlgorithm',
      'RingKey',
      'RotateKeysOptions',
      'StoredKey',
      'StoredKeys',
    ],
  },
  'mcp-gatehouse/storage': {
    file: 'storage/index.ts',
    values: ['keysInUse', 'memory', 'openStorage', 'reseal', 'sealed', 'storageFromEnvironment'],
    types: [
      'Condition',
      'KeyUsage',
      'Lock',
      'MemoryOptions',
      'OpenStorageOptions',
      'ResealOptions',
      'ResealReport',
      'SealingOptions',
      'Storage',
      'StorageEnvironment',
      'StoredRecord',
      'Write',
      'WriteOptions',
    ],
  },
  'mcp-gatehouse/storage/postgres': {
    file: 'storage/postgres.ts',
    values: ['postgres'],
    types: ['PostgresStorageOptions'],
  },
  'mcp-gatehouse/storage/redis': {
    file: 'storage/redis.ts',
    values: ['redis'],
    types: ['RedisStorageOptions'],
  },
  'mcp-gatehouse/storage/sqlite': {
    file: 'storage/sqlite.ts',
    values: ['sqlite'],
    types: ['SqliteStorageOptions'],
  },
  'mcp-gatehouse/testing': {
    file: 'testing/index.ts',
    values: [
      'DEMO_USERS',
      'createPrincipal',
      'createScriptedBrowser',
      'createTestAuthorizationServer',
      'createTokenIssuer',
      'encryptToken',
      'storageContract',
    ],
    types: [
      'Callback',
      'CannedAnswer',
      'EncryptTokenOptions',
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
      'StorageContractCase',
      'StorageContractOptions',
      'TestAuthorizationServer',
      'TestAuthorizationServerOptions',
      'TestUser',
      'TestUsers',
      'TokenIssuer',
      'TokenIssuerOptions',
    ],
  },
  'mcp-gatehouse/verifiers': {
    file: 'verifiers/public.ts',
    values: ['jweVerifier', 'jwtVerifier'],
    types: ['JweVerifierOptions', 'JwtVerifierOptions'],
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
