import { gatehouse } from './policy-first-tool.ts'

/** An event of the identity provider, or a button of your administrators. */
export async function signOutEverywhere(subject: string): Promise<void> {
  await gatehouse.revoke({ issuer: 'https://id.example.com/realms/acme', subject })
}
