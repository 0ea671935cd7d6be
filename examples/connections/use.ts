import type { Principal } from 'mcp-gatehouse'
import type { connect } from './services.ts'

/** The titles of the caller's issues, and the account that they are of. */
export async function listIssues(
  connections: Awaited<ReturnType<typeof connect>>,
  caller: Principal,
) {
  const github = await connections.get(caller, 'github')
  const response = await github.fetch('https://api.github.com/issues', {
    headers: { 'user-agent': 'acme-mcp' },
  })
  const issues = (await response.json()) as readonly { readonly title: string }[]
  return { account: github.account.name, titles: issues.map(({ title }) => title) }
}

/** What the user can see and end; nothing of it is a secret. */
export async function forget(connections: Awaited<ReturnType<typeof connect>>, caller: Principal) {
  const services = await connections.list(caller)
  await connections.disconnect(caller, 'github')
  await connections.delete(caller)
  return services.map(({ title, account, state }) => `${title}: ${account.name}, ${state}`)
}
