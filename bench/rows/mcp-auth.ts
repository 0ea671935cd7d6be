import express, { type RequestHandler } from 'express'
import { MCPAuth } from 'mcp-auth'
import { requireBearer } from 'mcp-gatehouse/express'
import { createGate } from '../gate.ts'
import { type Issuer, RESOURCE, SCOPE, startIssuer } from '../issuer.ts'
import { type Exchange, startLoad } from '../load.ts'
import type { Measurement } from '../measurement.ts'
import { compareOverSockets } from '../over-sockets.ts'

const TOKENS = 16
const exchange: Exchange = { path: '/mcp', method: 'GET', headers: {} }

/** The Express adapter ÷ `bearerAuth` of `mcp-auth`, both before the same trivial handler. */
export async function measure(): Promise<readonly Measurement[]> {
  const issuer = await startIssuer()
  const load = startLoad()
  const tokens = await issuer.mint(TOKENS)
  const comparison = await compareOverSockets({
    subject: createApp(requireBearer(createGate(issuer))),
    reference: createApp(createBearerAuth(issuer)),
    load,
    exchange,
    requestsPerRound: 640,
    tokensOfRound: () => tokens,
  })
  load.close()
  await issuer.close()
  return [
    {
      what: 'Express 5 with `requireBearer` ÷ with `bearerAuth` of `mcp-auth`, token seen before',
      budget: { atLeast: 1.4 },
      ...comparison,
    },
  ]
}

function createApp(gate: RequestHandler): express.Express {
  return express().get(exchange.path, gate, (request, response) => {
    response.json({ scopes: request.auth?.scopes })
  })
}

function createBearerAuth({ issuer }: Issuer): RequestHandler {
  const mcpAuth = new MCPAuth({
    protectedResources: {
      metadata: { resource: RESOURCE, authorizationServers: [{ issuer, type: 'oauth' }] },
    },
  })
  return mcpAuth.bearerAuth('jwt', {
    resource: RESOURCE,
    audience: RESOURCE,
    requiredScopes: [SCOPE],
    jwtVerify: {
      algorithms: ['RS256'],
      typ: 'at+jwt',
      clockTolerance: 30,
      requiredClaims: ['exp', 'sub'],
    },
  })
}
