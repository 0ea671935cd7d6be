const MAX_EMAIL_LENGTH = 254

/** The domain of an e-mail address, to be compared with others; `undefined` for what is none. */
export function emailDomain(email: string): string | undefined {
  const at = email.lastIndexOf('@')
  return at < 1 || email.length > MAX_EMAIL_LENGTH
    ? undefined
    : canonicalDomain(email.slice(at + 1))
}

/** A domain in the form that it is looked up in (RFC 5890 §2.3.2.1); `undefined` for what is none. */
export function canonicalDomain(domain: string): string | undefined {
  if (!/^[\p{L}\p{M}\p{N}-]+(?:\.[\p{L}\p{M}\p{N}-]+)+$/u.test(domain)) return undefined
  const url = `https://${domain}`
  return URL.canParse(url) ? new URL(url).host : undefined
}
