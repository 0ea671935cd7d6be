/** What is secret by its form, as files that are published must not hold it. */
const SHAPES: Readonly<Record<string, RegExp>> = {
  'PEM private key': /-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----\s*[A-Za-z0-9+/]{16}/,
  'private JWK': /["']?\bd["']?\s*:\s*["'][A-Za-z0-9_-]{32,}["']/,
  'symmetric JWK': /["']?\bk["']?\s*:\s*["'][A-Za-z0-9_-]{40,}["']/,
  'signed token': /\beyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}/,
  'npm token': /\bnpm_[A-Za-z0-9]{36}\b|:_authToken=/,
  'GitHub token': /\bgh[opsur]_[A-Za-z0-9]{36}\b/,
  'AWS key': /\bAKIA[A-Z0-9]{16}\b/,
  'URL with a password': /\b[a-z][a-z0-9+]*:\/\/[^\s/:@'"`]+:[^\s/:@'"`$]{6,}@[\w.-]+/,
}

/** The kinds of secrets that a text looks to hold. */
export function findSecrets(text: string): readonly string[] {
  return Object.entries(SHAPES).flatMap(([kind, shape]) => (shape.test(text) ? [kind] : []))
}
