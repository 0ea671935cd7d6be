/** What a user is called on pages: by an address or a name, else by their subject. */
export function displayName({
  claims,
  subject,
}: {
  readonly claims: Readonly<Record<string, unknown>>
  readonly subject: string
}): string {
  const names = ['email', 'preferred_username', 'name'].map((name) => claims[name])
  return names.find((name): name is string => typeof name === 'string' && name !== '') ?? subject
}
