/**
 * alice lists issues: she signs in, is asked to connect GitHub, does so, and the call goes on.
 *
 * `node --conditions=mcp-gatehouse-source examples/github-issues/client.ts` uses an emulated GitHub,
 * and ends with 0 if all was answered as it says. With the variables GITHUB_CLIENT_ID and
 * GITHUB_CLIENT_SECRET it serves on port 4000 for your own client, with the real one; its callback
 * is `http://127.0.0.1:4000/connect/github/callback`.
 */
import assert from 'node:assert/strict'
import { startGithub } from 'mcp-gatehouse/testing'
import { startGithubIssues } from './server.ts'
import { ALICE, openSession } from './session.ts'

const { GITHUB_CLIENT_ID: clientId, GITHUB_CLIENT_SECRET: clientSecret } = process.env
/** What alice does on the pages: ours, GitHub's, and ours again. */
const CONNECT = [
  { button: 'Sign in' },
  { button: 'Connect' },
  { button: 'Sign in', fields: ALICE },
  { button: 'Allow' },
  { button: 'Yes, connect it' },
]

if (clientId !== undefined && clientSecret !== undefined) {
  const real = { base: 'https://github.com', api: 'https://api.github.com' }
  const { resource } = await startGithubIssues({ clientId, clientSecret, ...real }, 4000)
  console.log(`Add ${resource} to your MCP client; sign in as alice (wonderland).`)
} else {
  await tellStory()
}

async function tellStory(): Promise<void> {
  const github = await startGithub({ redirectUris: ['http://127.0.0.1/connect/github/callback'] })
  github.intercept = (req, res) => {
    const isIssues =
      req.url === '/repos/alice/tea/issues' && req.headers.authorization !== undefined
    if (isIssues) res.setHeader('content-type', 'application/json').end('[{"title":"No sugar"}]')
    return isIssues
  }
  const app = { clientId: github.clientId, clientSecret: github.clientSecret }
  const server = await startGithubIssues({ ...app, base: github.issuer, api: github.apiUrl })
  try {
    const client = await openSession(server.resource, CONNECT)
    const call = { name: 'list_issues', arguments: { repository: 'alice/tea' } }
    const first = await client.callTool(call)
    assert.deepEqual(first.content, [{ type: 'text', text: 'alice:\nNo sugar' }])
    console.log('alice signs in, connects GitHub when she is asked, and sees her issue')
    assert.deepEqual((await client.callTool(call)).content, first.content)
    console.log('the next call asks her nothing')
    await client.close()
  } finally {
    server.http.close()
    server.http.closeAllConnections()
    await github.close()
  }
}
