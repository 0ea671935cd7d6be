import { expect, test } from 'vitest'
import type { CheckVerdict } from '../../../src/cli/doctor/finding.ts'
import { type Fault, faultyFetch } from './faulty-fetch.ts'
import { createUser, examine } from './support.ts'

export type Row = readonly [title: string, fault: Fault, check: string, verdict: CheckVerdict]

export const RESOURCE_METADATA = '/oauth-protected-resource'
export const SERVER_METADATA = '/oauth-authorization-server'

/** The MCP endpoint. */
export const atMcp =
  (fault: Fault): Fault =>
  (exchange) =>
    exchange.url.pathname === '/mcp' ? fault(exchange) : undefined

/** A request without a token, in the header or in the query. */
export const withoutToken = (fault: Fault): Fault =>
  atMcp((exchange) =>
    exchange.sent.has('authorization') || exchange.url.search !== '' ? undefined : fault(exchange),
  )

export const withToken = (fault: Fault): Fault =>
  atMcp((exchange) => (exchange.sent.has('authorization') ? fault(exchange) : undefined))

export const challenged = (change: (challenge: string) => string | undefined): Fault =>
  atMcp(({ headers, status }) => {
    const challenge = headers.get('www-authenticate')
    return status === 401 && challenge !== null
      ? { headers: { 'WWW-Authenticate': change(challenge) } }
      : undefined
  })

export const is =
  (method: string) =>
  ({ body }: { readonly body: string }): boolean =>
    body.includes(`"${method}"`)

export const BAD = 'Bearer doctor-not-a-token'
export const fromOrigin = (origin: string, fault: Fault): Fault =>
  atMcp((exchange) => (exchange.sent.get('origin') === origin ? fault(exchange) : undefined))
export const INSPECTOR = 'http://localhost:6274'
export const gone: Fault = () => ({ status: 404, text: 'no' })
export const at =
  (path: string, fault: Fault): Fault =>
  (exchange) =>
    exchange.url.pathname === path ? fault(exchange) : undefined
export const redirected = (status: number, location: string) => ({
  status,
  headers: { Location: location },
})

export const tokenIs = (word: string, fault: Fault): Fault =>
  withToken((one) => (is(word)(one) ? fault(one) : undefined))
export const GOOD = { status: 200, text: '{"jsonrpc":"2.0","id":1,"result":{}}' }

/** One test for each fault, behind which the doctor sees a server that has none: own.test.ts. */
export function testFaults(
  rows: readonly Row[],
  flags: readonly string[],
  world: () => { readonly serverUrl: string },
): void {
  test.each(rows)('%s', async (_title, fault, check, verdict) => {
    const { code, report } = await examine(world().serverUrl, flags, {
      fetch: faultyFetch(fault),
      openUrl: createUser(),
    })
    const found = report.findings.filter((finding) => finding.check === check)
    expect(found.map((finding) => finding.verdict)).toContain(verdict)
    expect(code).toBe(report.faults > 0 ? 1 : 0)
  })
}
