import { configError, requireSecureUrl, requireType } from '../options/index.ts'
import type { ServiceProfile } from '../providers/index.ts'

/** Gives the addresses of a profile with everything filled in. */
export type FillIn = (address: string, what: string) => string

/**
 * Fills the placeholders of a profile: what the options say, else what the profile does.
 *
 * @throws {ConfigError} for a placeholder that the profile has not, one that nothing fills, and what
 *   is no https URL then
 */
export function createFillIn(
  { placeholders, id }: ServiceProfile,
  options: {
    readonly clientId: string
    readonly placeholders: Readonly<Record<string, string>>
    readonly allowInsecureLoopback: boolean
  },
  path: string,
): FillIn {
  for (const [name, value] of Object.entries(options.placeholders)) {
    if (!Object.hasOwn(placeholders, name)) {
      throw configError('ERR_CONFIG_OPTION_UNKNOWN', `${path}.placeholders.${name}`)
    }
    const isText = typeof value === 'string' && value !== ''
    requireType(isText, `${path}.placeholders.${name}`, 'a string')
  }
  const values = new Map<string, string | undefined>([
    ...Object.entries(placeholders).map(([name, { value }]) => [name, value] as const),
    ...Object.entries(options.placeholders).map(
      ([name, value]) => [name, value.replace(/\/$/, '')] as const,
    ),
    ['clientId', encodeURIComponent(options.clientId)],
  ])
  return (address, what) => {
    const filled = address.replaceAll(/<(\w+)>/g, (_all, name: string) => {
      const value = values.get(name)
      if (value !== undefined) return value
      throw configError('ERR_CONFIG_OPTION_TYPE', `${path}.placeholders.${name} (needed for ${id})`)
    })
    requireSecureUrl(filled, options.allowInsecureLoopback, `${path} (${what})`)
    return filled
  }
}
