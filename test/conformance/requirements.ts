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
const HTTP = 'basic/transports/streamable-http.mdx'
const MRTR = 'basic/patterns/mrtr.mdx'
const PRACTICES = 'tutorials/security/security_best_practices.mdx'

/**
 * The requirements on a resource server that this package meets, by itself or together with the
 * server behind it.
 */
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
    'policy',
  ),
  of(
    'RS-14',
    'SHOULD',
    `${INDEX} 345–363`,
    'One challenge has all scopes of the operation, which may depend on its arguments.',
    'policy',
  ),
  of(
    'RS-15',
    'MUST',
    `${INDEX} 404, ${PRACTICES} 968`,
    'A broader scope is enough where the hierarchy says so.',
    'policy',
  ),
  of(
    'RS-16',
    'SHOULD',
    `${PRACTICES} 909`,
    'A token with fewer scopes goes on doing what it may.',
    'policy',
  ),
  of(
    'RS-17',
    'SHOULD',
    `${INDEX} 222–244`,
    'The resource identifier is canonical: lower case, no trailing slash, no fragment.',
  ),
  of('RS-18', 'MUST', `${SECURITY} 30`, 'Tokens are not kept.', 'token-transit'),
  of('RS-19', 'MUST', `${HTTP} 58–60`, 'A foreign Origin is answered 403.'),
  of(
    'RS-20',
    'MUST',
    `${HTTP} 246–558`,
    'What the header says otherwise than the body is refused, decoded first.',
    'policy-messages',
  ),
  of(
    'RS-21',
    'SHOULD',
    `${HTTP} 642–645`,
    'Mirrors count only where the revision requires them.',
    'policy',
  ),
  of(
    'RS-22',
    'MUST',
    'basic/index.mdx 115–135',
    'Unknown revisions, methods and capabilities are answered with the codes of the era.',
    'policy-sdk',
  ),
  of(
    'RS-23',
    'MUST',
    'server/utilities/caching.mdx 168–173',
    'Results that depend on the caller are private, on every page.',
    'policy-sdk',
  ),
  of('RS-24', 'SHOULD', 'server/tools.mdx', 'Lists keep their order.', 'policy-messages'),
  of(
    'RS-25',
    'MUST',
    `${PRACTICES} 539–548`,
    'A handle works for its owner alone.',
    'policy-messages',
  ),
  of('RS-26', 'MUST', `${MRTR} 232–233`, 'requestState is not trusted.', 'policy-sdk'),
  of(
    'RS-27',
    'SHOULD',
    `${MRTR} 234–242`,
    'requestState is of one caller and one method.',
    'policy-sdk',
  ),
  of(
    'RS-28',
    'MUST',
    `${MRTR} 192, 246–247`,
    'What a server asks its client arrives as it is.',
    'policy-sdk',
  ),
  of(
    'RS-29',
    'SHOULD',
    'extensions/auth',
    'The extensions in server/discover arrive as they are.',
    'policy-sdk',
  ),
  of(
    'RS-30',
    'SHOULD',
    `${PRACTICES} 880–984`,
    'Elevations are logged, challenges are minimal, and scopes alone are not enough.',
    'policy-audit',
  ),
]

function of(
  id: string,
  level: Requirement['level'],
  source: string,
  behaviour: string,
  file:
    | 'policy'
    | 'policy-audit'
    | 'policy-messages'
    | 'policy-sdk'
    | 'resource-server'
    | 'stdio'
    | 'token-transit' = 'resource-server',
): Requirement {
  const test = `test/conformance/${file}.test.ts`
  return { id, revision: '2026-07-28', source, level, behaviour, test }
}
