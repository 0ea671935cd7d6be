import type { TokenVerifier } from 'mcp-gatehouse'
import { currentPrincipal } from 'mcp-gatehouse/context'
import { equal, thrownBy } from './assert.ts'
import { call, createWorld } from './gatehouse.ts'
import { createIssuer, defaultClaims, ISSUER } from './issuer.ts'
import type { SuiteCase } from './suite-case.ts'

/** What happens behind the gate. */
export const HANDLERS: readonly SuiteCase[] = [
  {
    title: 'SEC-385 two requests with one token: metadata and keys are read once',
    async run() {
      const issuer = await createIssuer()
      const { gatehouse } = createWorld(issuer)
      const fetch = gatehouse.protect(() => new Response('done'))
      const token = await issuer.mint()
      equal(await (await fetch(call(token))).text(), 'done')
      equal(await (await fetch(call(token))).text(), 'done')
      equal(issuer.reads, [
        'https://id.example.com/.well-known/oauth-authorization-server/t1',
        'https://id.example.com/t1/jwks',
      ])
    },
  },
  {
    title: 'SEC-385 a token that was verified before is found by its digest',
    async run() {
      let verifications = 0
      const claims = defaultClaims()
      const verifier: TokenVerifier = {
        async verify() {
          verifications += 1
          return { ok: true, value: { issuer: ISSUER, claims, cacheUntil: Infinity } }
        },
      }
      const { gatehouse } = createWorld(await createIssuer(), { verifier })
      const fetch = gatehouse.protect(() => new Response('done'))
      for (const token of ['one', 'one', 'two', 'one', 'two']) {
        equal((await fetch(call(token))).status, 200)
      }
      equal(verifications, 2)
    },
  },
  {
    title: 'SEC-385 protect: the handler gets the caller and not what the platform passes',
    async run() {
      const issuer = await createIssuer()
      const { gatehouse } = createWorld(issuer)
      const fetch = gatehouse.protect((request, ...rest) => {
        const [{ principal, parsedBody }] = rest
        const { method } = parsedBody as { method: string }
        return Response.json([principal.subject, request.bodyUsed, rest.length, method])
      })
      const answer = await fetch(call(await issuer.mint()), { SECRET: 'of the platform' }, 'more')
      equal(await answer.json(), ['alice', true, 1, 'tools/list'])
    },
  },
  {
    title: 'SEC-385 protectFetch: the application gets what the platform passes',
    async run() {
      const issuer = await createIssuer()
      const { gatehouse } = createWorld(issuer)
      const fetch = gatehouse.protectFetch(
        async (request, ...platform: readonly [env: { NAME: string }, context: number]) => {
          const { method } = (await request.json()) as { method: string }
          return Response.json([...platform, method])
        },
      )
      const answer = await fetch(call(await issuer.mint()), { NAME: 'value' }, 42)
      equal(await answer.json(), [{ NAME: 'value' }, 42, 'tools/list'])
    },
  },
  {
    title: 'SEC-385 an answer gets the fields that let the page of an allowed origin read it',
    async run() {
      const issuer = await createIssuer()
      const origin = 'https://app.example.com'
      const { gatehouse } = createWorld(issuer, { allowedOrigins: [origin] })
      const fetch = gatehouse.protect(() => Response.json({ done: true }, { status: 202 }))
      const answer = await fetch(call(await issuer.mint(), { Origin: origin }))
      equal([answer.status, answer.headers.get('access-control-allow-origin')], [202, origin])
      equal(await answer.json(), { done: true })
    },
  },
  {
    title:
      'SEC-385 currentPrincipal: the caller of each of two simultaneous requests, or a ConfigError',
    async run({ hasAsyncContext }) {
      if (!hasAsyncContext) {
        const error = thrownBy(currentPrincipal) as Error & { code: string }
        equal([error.name, error.code], ['ConfigError', 'ERR_CONFIG_NO_ASYNC_CONTEXT'])
        return
      }
      equal(currentPrincipal() ?? null, null)
      const issuer = await createIssuer()
      const { gatehouse } = createWorld(issuer)
      const arrived: (() => void)[] = []
      const fetch = gatehouse.protect(async () => {
        const subjects = [currentPrincipal()?.subject]
        await new Promise<void>((resolve) => {
          arrived.push(resolve)
          if (arrived.length === 2) for (const goOn of arrived) goOn()
        })
        return Response.json([...subjects, currentPrincipal()?.subject])
      })
      const answers = await Promise.all(
        ['alice', 'bob'].map(async (sub) => fetch(call(await issuer.mint({ sub })))),
      )
      equal(await Promise.all(answers.map((answer) => answer.json())), [
        ['alice', 'alice'],
        ['bob', 'bob'],
      ])
      equal(currentPrincipal() ?? null, null)
    },
  },
]
