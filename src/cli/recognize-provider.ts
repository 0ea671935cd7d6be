import { PROVIDER_PROFILES, type ProviderProfile } from '../providers/index.ts'

/** What stands between placeholders of an issuer that could be anybody's. */
const TELLS_NOTHING = /^https:\/\/\/?$/

const PATTERNS: readonly (readonly [RegExp, ProviderProfile])[] = PROVIDER_PROFILES.flatMap(
  (profile) =>
    profile.issuer
      .split(', or ')
      .map((template) => template.split(/<[^>]+>/))
      .filter((parts) => !TELLS_NOTHING.test(parts.join('')))
      .map((parts) => [patternOf(parts), profile] as const),
)

/**
 * The profile of the provider that has this issuer identifier; a slash at its end does not count.
 *
 * It does NOT know custom domains, nor providers that people run under names of their own, unless
 * the path tells.
 */
export function recognizeProvider(issuer: string): ProviderProfile | undefined {
  const plain = issuer.replace(/^http:/, 'https:').replace(/\/$/, '')
  return PATTERNS.find(([pattern]) => pattern.test(plain))?.[1]
}

function patternOf(parts: readonly string[]): RegExp {
  const fixed = parts.map((part) => part.replaceAll(/[.?+()[\]]/g, String.raw`\$&`))
  return new RegExp(`^${fixed.join('[^/]+').replace(/\/$/, '')}$`)
}
