import type { AnswerHead } from '../http/index.ts'
import type { Passage } from '../resource-server/index.ts'
import { createBoundedMap, isObject } from '../runtime/index.ts'

/**
 * What clients of revisions with sessions have said of themselves when they were initialized: later
 * revisions say it with each request.
 */
export interface SessionClients {
  /** Notes it when the upstream opens a session for it. Everything else is left as it is. */
  watch(passage: Passage, resource: string): Passage
  /** `params` of the `initialize` that a session began with, as far as they matter here. */
  find(resource: string, session: string | undefined): unknown
}

const MAX_SESSIONS = 100_000
/** Whoever says more of itself fills the memory, and is not noted. */
const MAX_CHARACTERS = 8_192

/** Creates the register, in memory: whoever is not in it is sent no URL, but told where to go. */
export function createSessionClients(): SessionClients {
  const clients = createBoundedMap<unknown>(MAX_SESSIONS)

  return {
    watch(passage, resource) {
      const { parsedBody, plan } = passage
      if (!isObject(parsedBody) || parsedBody['method'] !== 'initialize') return passage
      const { params } = parsedBody
      if (!isObject(params)) return passage
      const { capabilities, clientInfo } = params
      const note = (head: AnswerHead): ReturnType<typeof plan> => {
        const session = head.header('mcp-session-id')
        const said = { capabilities, clientInfo }
        if (session !== undefined && JSON.stringify(said).length <= MAX_CHARACTERS) {
          clients.set(keyOf(resource, session), said)
        }
        return plan(head)
      }
      return { ...passage, plan: note }
    },
    find: (resource, session) =>
      session === undefined ? undefined : clients.get(keyOf(resource, session)),
  }
}

function keyOf(resource: string, session: string): string {
  return `${resource} ${session}`
}
