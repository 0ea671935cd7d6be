import type { CreateAuthorizationServerOptions } from 'mcp-gatehouse/authorization-server'
import { describe, expect, onTestFinished, test } from 'vitest'
import { startDocumentHost } from '../authorization-server/document-host.ts'
import { startUpstream } from '../authorization-server/upstreams.ts'
import { startAuthorizationServer } from '../authorization-server/world.ts'
import { freePort } from '../contract/free-port.ts'
import { ALICE, register } from '../testing/flow.ts'
import {
  REVISIONS,
  runAuthorizationServerSuite,
  type SuiteClient,
  type SuiteRevision,
} from './authorization-server-suite.ts'
import type { Check } from './official-suite.ts'

type Options = Partial<CreateAuthorizationServerOptions>

/** How a server differs from the usual one, and the client that the suite then acts as. */
interface Setting {
  readonly options?: Options
  /** @defaultValue a public client that registers itself */
  readonly client?: SuiteClient
}

/** How a run differs from the usual one. */
interface RunOptions {
  readonly revision?: SuiteRevision
  /** The path of the issuer. @defaultValue none */
  readonly path?: string
  readonly isResourceSent?: boolean
  readonly set?: (redirectUri: string) => Setting | Promise<Setting>
  readonly signIn?: typeof ALICE
}

/** Every scenario and check that there is; the last came with 2025-11-25. */
const PASSED = [
  'authorization-code-grant authorization-code-grant SUCCESS',
  'authorization-server-metadata-endpoint authorization-server-metadata SUCCESS',
  'authorization-server-metadata-endpoint authorization-server-metadata-cimd SUCCESS',
]
const SECRET = 'a secret of the suite of 32 characters'

async function run(options: RunOptions): Promise<readonly string[]> {
  for (;;) {
    const lines = await runOnce(options)
    // Somebody was given the port of the redirect URI before the suite listened there.
    if (!lines.some((line) => line.includes('EADDRINUSE'))) return lines
  }
}

async function runOnce(options: RunOptions): Promise<readonly string[]> {
  const { revision = '2026-07-28', path = '', set, signIn = ALICE } = options
  const port = await freePort()
  const redirectUri = `http://127.0.0.1:${port}/callback`
  const setting = await set?.(redirectUri)
  const world = await startAuthorizationServer({ path, options: () => ({ ...setting?.options }) })
  onTestFinished(() => world.close())
  const { issuer, resource } = world
  const client = setting?.client ?? (await registerAt(issuer, redirectUri))
  const target = { issuer, port, ...client, ...(options.isResourceSent === true && { resource }) }
  const checks = await runAuthorizationServerSuite(target, revision, signIn)
  return checks.map(lineOf)
}

function lineOf({ scenario, id, status, errorMessage }: Check): string {
  return [scenario, id, status, ...(errorMessage === undefined ? [] : [errorMessage])].join(' ')
}

async function registerAt(issuer: string, redirectUri: string): Promise<SuiteClient> {
  const { client } = await register(issuer, { redirect_uris: [redirectUri] })
  return { clientId: String(client['client_id']) }
}

describe.each(REVISIONS)('the authorization-server scenarios of %s pass', (revision) => {
  const expected = revision < '2025-11-25' ? PASSED.slice(0, 2) : PASSED

  test('for a client that sends no resource, at the root', async () => {
    expect(await run({ revision })).toEqual(expected)
  })

  test('for a client that sends the resource, at an issuer with a path', async () => {
    expect(await run({ revision, isResourceSent: true, path: '/t1' })).toEqual(expected)
  })
})

describe('they pass', () => {
  // The suite authenticates itself only where the server does not list `none`.
  test.each([
    ['a public client of the configuration', 'none', undefined],
    ['a client with a secret in the body', 'client_secret_post', SECRET],
    ['a client with a secret as Basic', 'client_secret_basic', SECRET],
  ] as const)('for %s', async (_title, authMethod, clientSecret) => {
    const clientId = 'suite'
    const set = (redirectUri: string): Setting => ({
      options: {
        clientAuthMethods: [authMethod],
        clients: [{ clientId, clientSecret, authMethod, redirectUris: [redirectUri] }],
      },
      client: { clientId, clientSecret },
    })
    expect(await run({ set, isResourceSent: true })).toEqual(PASSED)
  })

  test('for a client with a metadata document', async () => {
    const host = await startDocumentHost()
    const set = (redirectUri: string): Setting => {
      const metadata = { client_name: 'The suite', redirect_uris: [redirectUri] }
      const clientId = host.publish('/suite.json', metadata)
      return { options: { clientIdMetadata: host.clientIdMetadata }, client: { clientId } }
    }
    expect(await run({ set, isResourceSent: true })).toEqual(PASSED)
    expect(host.requests).toHaveLength(1)
  })

  test.each([
    ['Entra ID, which refuses a resource', 'Entra ID'],
    ['GitHub, which has OAuth 2.0 alone', 'GitHub'],
  ] as const)('for users of %s', async (_title, name) => {
    const { upstream } = await startUpstream(name)
    const options = { users: undefined, upstream }
    expect(await run({ set: () => ({ options }), isResourceSent: true })).toEqual(PASSED)
  })
})

test('what a user denies, and what a server does not offer, the suite says', async () => {
  const set = (): Setting => ({ options: { clientIdMetadata: 'off' } })
  expect(await run({ set, signIn: { ...ALICE, decision: 'deny' } })).toEqual([
    'authorization-code-grant authorization-code-grant FAILURE Authorization error: access_denied the user denied the request',
    'authorization-server-metadata-endpoint authorization-server-metadata SUCCESS',
    'authorization-server-metadata-endpoint authorization-server-metadata-cimd WARNING Authorization server metadata does not include "client_id_metadata_document_supported"',
  ])
})
