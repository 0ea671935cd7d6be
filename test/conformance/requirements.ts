/** One requirement of the MCP specification on a resource server. */
export interface Requirement {
  readonly id: string
  /** The revision whose text is meant. */
  readonly revision: '2026-07-28'
  /** Page below `docs/specification/` and, of the text, the lines. */
  readonly source: string
  readonly level: 'MUST' | 'SHOULD' | 'consequence'
  readonly behaviour: string
  /** The test file whose title names the id. */
  readonly test: string
}

const INDEX = 'basic/authorization/index.mdx'
const DISCOVERY = 'basic/authorization/authorization-server-discovery.mdx'
const SECURITY = 'basic/authorization/security-considerations.mdx'
const PRACTICES = 'tutorials/security/security_best_practices.mdx'

/** The requirements on a resource server that this package meets by itself. */
export const REQUIREMENTS: readonly Requirement[] = [
  of('RS-01', 'SHOULD', `${INDEX} 20–21`, 'A stdio server works without OAuth.', 'stdio'),
  of(
    'RS-02',
    'MUST',
    `${INDEX} 73, ${DISCOVERY} 13–16`,
    'The metadata of RFC 9728 is served and names at least one authorization server.',
  ),
  of(
    'RS-03',
    'MUST',
    `${DISCOVERY} 39–47`,
    'The metadata is found by the challenge and at the well-known location.',
  ),
  of(
    'RS-04',
    'SHOULD',
    `${INDEX} 99–112`,
    'The challenge of a 401 names the scopes to ask for, and goes on naming the same.',
  ),
  of(
    'RS-05',
    'consequence',
    `${INDEX} 103–108`,
    'scopes_supported is the set for basic use and independent of the challenge.',
  ),
  of('RS-06', 'SHOULD', `${INDEX} 311`, 'offline_access is in neither challenge nor metadata.'),
  of(
    'RS-07',
    'MUST',
    `${INDEX} 283, ${SECURITY} 120–122`,
    'Tokens are validated before a request is processed.',
  ),
  of(
    'RS-08',
    'MUST',
    `${INDEX} 285, 294, ${SECURITY} 20, 124`,
    'Only tokens issued for this server are accepted.',
  ),
  of(
    'RS-09',
    'MUST',
    `${INDEX} 297, ${SECURITY} 126, ${PRACTICES} 346`,
    'The token of the client goes nowhere else.',
    'token-transit',
  ),
  of(
    'RS-10',
    'MUST',
    `${INDEX} 287–320`,
    'An invalid token is 401, a missing scope 403, a malformed request 400.',
  ),
  of('RS-11', 'MUST', `${INDEX} 262–271`, 'A token is read from the Authorization header only.'),
  of(
    'RS-12',
    'MUST',
    `${INDEX} 269, ${PRACTICES} 539`,
    'Every request needs a token, also inside a session.',
  ),
  of(
    'RS-13',
    'SHOULD',
    `${INDEX} 335–345`,
    'A missing scope is answered with insufficient_scope, the scopes and resource_metadata.',
  ),
  of(
    'RS-17',
    'SHOULD',
    `${INDEX} 222–244`,
    'The resource identifier is canonical: lower case, no trailing slash, no fragment.',
  ),
  of('RS-18', 'MUST', `${SECURITY} 30`, 'Tokens are not kept.', 'token-transit'),
  of(
    'RS-19',
    'MUST',
    'basic/transports/streamable-http.mdx 58–60',
    'A foreign Origin is answered 403.',
  ),
]

function of(
  id: string,
  level: Requirement['level'],
  source: string,
  behaviour: string,
  file: 'resource-server' | 'stdio' | 'token-transit' = 'resource-server',
): Requirement {
  const test = `test/conformance/${file}.test.ts`
  return { id, revision: '2026-07-28', source, level, behaviour, test }
}
