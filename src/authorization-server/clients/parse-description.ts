import { sanitizeClientName } from '../../oauth/index.ts'
import type {
  ClientMetadata,
  FieldsVerdict,
  MetadataRules,
  RawMetadata,
} from './client-metadata.ts'
import { EXTRA_FIELDS, faultOf } from './client-metadata.ts'
import { isWebUrl } from './raw-values.ts'

type Description = Pick<
  ClientMetadata,
  | 'client_name'
  | 'client_uri'
  | 'logo_uri'
  | 'policy_uri'
  | 'software_id'
  | 'software_version'
  | 'tos_uri'
>

const LINKS = ['client_uri', 'logo_uri', 'policy_uri', 'tos_uri'] as const
const SOFTWARE = /^[\x20-\x7E]{1,200}$/

/** Reads what a client says about itself. None of it is proof of anything (RFC 7591 §5). */
export function parseDescription(
  raw: RawMetadata,
  { allowHttpLinks }: MetadataRules,
): FieldsVerdict<Description> {
  const name = raw.get('client_name') ?? ''
  if (typeof name !== 'string') return faultOf('client_name', 'is not a string')
  const client_name = sanitizeClientName(name)
  const fields: { -readonly [Field in keyof Description]: Description[Field] } = {
    ...(client_name !== undefined && { client_name }),
  }
  for (const field of LINKS) {
    const link = raw.get(field)
    if (link === undefined) continue
    if (!isWebUrl(link, allowHttpLinks)) {
      return faultOf(field, `is not an ${allowHttpLinks ? 'http or ' : ''}https URL`)
    }
    fields[field] = link
  }
  for (const field of EXTRA_FIELDS) {
    const value = raw.get(field)
    if (value === undefined) continue
    if (typeof value !== 'string' || !SOFTWARE.test(value)) {
      return faultOf(field, 'is not a text of at most 200 printable ASCII characters')
    }
    fields[field] = value
  }
  return { ok: true, fields }
}
