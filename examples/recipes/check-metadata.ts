import { checkServerMetadata } from 'mcp-gatehouse'

export async function report(issuer: string): Promise<void> {
  const answer = await fetch(`${issuer}/.well-known/openid-configuration`)
  const { errors, warnings } = checkServerMetadata(await answer.json(), { issuer })
  for (const { code, message } of [...errors, ...warnings]) console.log(code, message)
}
