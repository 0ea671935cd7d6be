import { createServer } from 'node:http'
import { protect } from 'mcp-gatehouse/node'
import { createGate } from '../../gate.ts'
import type { Role } from '../role.ts'

/** What `auth_request` of nginx asks: the same checks of the token, without the body. */
export const verifier: Role = async ({ issuer }) =>
  createServer(
    protect(createGate({ issuer }), (_request, response) => {
      response.writeHead(204).end()
    }),
  )
