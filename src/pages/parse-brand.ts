import { ConfigError } from '../errors/index.ts'
import { parseColor } from './color.ts'
import type { Brand } from './options.ts'
import { plainText } from './plain-text.ts'

const DEFAULT_COLOR = '#2f5bd8'
const MAX_NAME = 80
const MAX_LOGO = 64_000
const LOGO = /^data:image\/(?:png|jpeg|webp|svg\+xml);base64,[A-Za-z0-9+/]+={0,2}$/

/** A brand that can be shown as it is. */
export interface BrandSettings {
  readonly name: string
  readonly color: string
  readonly logo: string | undefined
  readonly darkLogo: string | undefined
}

/** @throws {ConfigError} `ERR_CONFIG_OPTION_TYPE` */
export function parseBrand(brand: Brand): BrandSettings {
  const given: unknown = brand
  if (typeof given !== 'object' || given === null) throw wrong('name', 'needed')
  const { name, color = DEFAULT_COLOR, logo, darkLogo } = brand
  const text: unknown = name
  const hasName = typeof text === 'string' && text !== '' && plainText(text, MAX_NAME) === text
  if (!hasName) throw wrong('name', `1 to ${MAX_NAME} visible characters`)
  const parsed = typeof color === 'string' ? parseColor(color) : undefined
  if (parsed === undefined) throw wrong('color', 'a colour such as #2f5bd8')
  if (logo === undefined && darkLogo !== undefined) throw wrong('logo', 'needed with darkLogo')
  return {
    name,
    color: parsed,
    logo: parseLogo(logo, 'logo'),
    darkLogo: parseLogo(darkLogo, 'darkLogo'),
  }
}

function parseLogo(logo: unknown, option: string): string | undefined {
  if (logo === undefined) return undefined
  if (typeof logo === 'string' && logo.length <= MAX_LOGO && LOGO.test(logo)) return logo
  throw wrong(
    option,
    `data: URI in base64 of a PNG, JPEG, WebP or SVG image, at most ${MAX_LOGO} characters`,
  )
}

function wrong(option: string, expected: string): ConfigError {
  return new ConfigError('ERR_CONFIG_OPTION_TYPE', `brand.${option} (${expected})`)
}
