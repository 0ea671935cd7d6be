import { describe, expect, test } from 'vitest'
import { createDpopClient } from './support/dpop-client.ts'
import { RESOURCE, startTokenGate, type TokenGate } from './support/token-gate.ts'

const REFUSED = { status: 401, handlerRan: false }

async function statusWithProof(gate: TokenGate, cnf: object): Promise<number> {
  const client = await createDpopClient(RESOURCE, () => gate.clock.now())
  const token = gate.token({ cnf: { jkt: client.thumbprint, ...cnf } })
  const headers = {
    authorization: `DPoP ${token}`,
    dpop: await client.prove(token, { claims: { htm: 'GET' } }),
  }
  const admission = await gate.gatehouse.authenticate(new Request(RESOURCE, { headers }))
  return admission instanceof Response ? admission.status : 200
}

describe('SEC-398 with DPoP enabled a token that is bound in another way is refused still', () => {
  test.each([
    ['x5t#S256', { 'x5t#S256': 'bwcK0esc3ACC3DB2Y5_lESsXE8o9ltc05O89jdN-dg2' }],
    ['both', { jkt: 'a', 'x5t#S256': 'b' }],
    ['a method that is not known here', { osc: {} }],
    ['a thumbprint that is no text', { jkt: 7 }],
    ['an empty thumbprint', { jkt: '' }],
    ['no method', {}],
    ['a string', 'jkt'],
    ['null', null],
  ])('SEC-398 cnf: %s', async (_name, cnf) => {
    const gate = await startTokenGate({ dpop: {} })
    const audit = ['auth.deny', 'binding']
    expect(await gate.ask(gate.token({ cnf }))).toMatchObject({ ...REFUSED, audit })
    expect(await gate.ask(gate.token())).toEqual(gate.admitted())
  })

  test('SEC-398 a proof by one of two keys is not enough', async () => {
    const gate = await startTokenGate({ dpop: {} })
    expect(await statusWithProof(gate, {})).toBe(200)
    expect(await statusWithProof(gate, { 'x5t#S256': 'b' })).toBe(401)
  })
})

test('SEC-398 a token that only says that it is bound is none', async () => {
  const gate = await startTokenGate({ dpop: {} })
  const token = gate.token({ typ: 'DPoP' }, { typ: 'JWT' })
  expect(await gate.ask(token)).toMatchObject({ ...REFUSED, audit: ['auth.deny', 'typ'] })
})

test('SEC-398 the proof is asked for again with a token that is cached', async () => {
  const gate = await startTokenGate({ dpop: {} })
  const client = await createDpopClient(RESOURCE, () => gate.clock.now())
  const token = gate.token({ cnf: { jkt: client.thumbprint } })
  const headers = { authorization: `DPoP ${token}`, dpop: '' }
  headers.dpop = await client.prove(token, { claims: { htm: 'GET' } })
  const first = await gate.gatehouse.authenticate(new Request(RESOURCE, { headers }))
  expect(first).not.toBeInstanceOf(Response)
  const audit = ['auth.deny', 'binding']
  expect(await gate.ask(token)).toMatchObject({ ...REFUSED, audit })
  const again = await gate.gatehouse.authenticate(new Request(RESOURCE, { headers }))
  expect(again).toBeInstanceOf(Response)
})
