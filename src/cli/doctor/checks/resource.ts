import { type Check, fail, pass, warn } from '../finding.ts'

/** RFC 9728 §3.3: the identifier is the URL that the metadata was derived from. */
export const resource: Check = {
  id: 'resource',
  requirement: 'RS-17, RFC 9728 §3.3',
  look({ url, written, resourceMetadata }) {
    if (resourceMetadata === undefined) return []
    const { resource: named } = resourceMetadata
    const change = `Set \`resource\` to ${url.href}, or give clients the URL that it says.`
    if (typeof named !== 'string' || !URL.canParse(named)) {
      return fail('`resource` is missing or no URL.', change)
    }
    if (named === url.href || named === written) return pass(`resource is ${named}`)
    const other = new URL(named)
    if (other.hash !== '') return fail(`resource is ${named}, with a fragment.`, change)
    if (withoutSlash(named) === withoutSlash(url.href)) {
      return url.pathname === '/'
        ? pass(`resource is ${named}`)
        : warn(`resource is ${named}: another slash at the end. Strict clients refuse it.`, change)
    }
    return other.origin === url.origin && url.pathname.startsWith(withoutSlash(other.pathname))
      ? warn(`resource is ${named}: a part of the URL. Strict clients refuse it.`, change)
      : fail(`resource is ${named}, and the URL is ${url.href}: clients refuse it.`, change)
  },
}

const withoutSlash = (value: string): string => value.replace(/\/$/, '')
