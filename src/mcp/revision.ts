import { type Fault, headerMismatch, invalidParams } from './fault.ts'
import { type ReadHeader, readHeaderValue } from './header-value.ts'
import { asObject, type Call } from './json-rpc.ts'

/** Since this revision every request names its revision, and none opens a session. */
const FIRST_MODERN_REVISION = '2026-07-28'
const REVISION_KEY = 'io.modelcontextprotocol/protocolVersion'

/** Whether a revision has no sessions; they are dates, whose order is that of their letters. */
export function isModernRevision(revision: string | undefined): boolean {
  return revision !== undefined && revision >= FIRST_MODERN_REVISION
}

/**
 * The revision that a message is of: what it claims in its `_meta` counts, and the header has to
 * say the same. A notification need not claim anything; then the header counts.
 *
 * @returns The revision from 2026-07-28 on, `undefined` for what is of an older one.
 * @see MCP 2026-07-28, "Protocol Version Header"
 */
export function readRevision(
  { method, params, requestId }: Call,
  header: ReadHeader,
): { readonly revision: string | undefined } | Fault {
  const field = readHeaderValue(header('mcp-protocol-version'))
  if (field.kind === 'malformed') return headerMismatch('MCP-Protocol-Version is malformed')
  const named = field.kind === 'value' ? field.value : undefined

  const claim = claimedRevision(params)
  if (claim === undefined) {
    if (!isModernRevision(named)) return { revision: undefined }
    if (requestId === undefined) return { revision: named }
    return method === 'initialize'
      ? headerMismatch('initialize is not of the revision that MCP-Protocol-Version names')
      : invalidParams(`_meta lacks ${REVISION_KEY}`)
  }
  if (typeof claim !== 'string') return invalidParams(`${REVISION_KEY} is no string`)
  const revision = isModernRevision(claim) ? claim : undefined
  const isRequired = revision !== undefined && requestId !== undefined
  if (named === undefined ? isRequired : named !== claim) {
    return headerMismatch('MCP-Protocol-Version is not the revision that the body names')
  }
  return { revision }
}

/** Whether a message itself names a revision from 2026-07-28 on. */
export function claimsModernRevision({ params }: Call): boolean {
  const claim = claimedRevision(params)
  return typeof claim === 'string' && isModernRevision(claim)
}

function claimedRevision(params: unknown): unknown {
  return asObject(asObject(params)?.['_meta'])?.[REVISION_KEY]
}
