import { createTokenIssuer, type TokenIssuer } from 'mcp-gatehouse/testing'
import { onTestFinished } from 'vitest'
import { type Run, runHere, type Surroundings } from './support.ts'

/** What `token inspect --json` prints. */
interface Report {
  readonly kind: string
  readonly verdict: string
  readonly summary: string
  readonly reason?: string
  readonly why?: string
  readonly fix?: string
  readonly provider?: unknown
  readonly header: readonly { readonly name: string; readonly value: string }[]
  readonly claims: readonly {
    readonly name: string
    readonly value: string
    readonly time?: string
    readonly meaning: string
  }[]
}

/** Runs `token inspect` with a token on standard input. */
export function inspect(
  folder: string,
  token: string,
  argv: readonly string[] = [],
  surroundings: Surroundings = {},
): Promise<Run> {
  return runHere(folder, ['token', 'inspect', ...argv], { stdin: token, ...surroundings })
}

/** The same with `--json`. */
export async function reportOf(
  folder: string,
  token: string,
  argv: readonly string[] = [],
): Promise<Report & { readonly code: number | null }> {
  const { code, stdout } = await inspect(folder, token, [...argv, '--json'])
  return { code, ...(JSON.parse(stdout) as Report) }
}

/** An issuer that ends with the test. */
export async function openIssuer(now?: () => number): Promise<TokenIssuer> {
  const issuer = await createTokenIssuer(now && { now })
  onTestFinished(() => issuer.close())
  return issuer
}

/** Header, payload and signature of a token, none of which may be printed. */
export function partsOf(token: string): readonly string[] {
  return token.split('.').filter((part) => part.length > 10)
}
