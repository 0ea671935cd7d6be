/**
 * Colours that can be read (WCAG 2.2 §1.4.3 and §1.4.11).
 *
 * @module
 */

/** A colour of sRGB: red, green, blue, each 0 to 255. */
type Rgb = readonly [red: number, green: number, blue: number]

/** What becomes of the operator's colour on one background. */
export interface AccentColors {
  /** Fills the main button: 3:1 against the background. */
  readonly fill: string
  /** Text on `fill`: 4.5:1. */
  readonly onFill: string
  /** Links and focus rings: 4.5:1 against the background. */
  readonly ink: string
}

const WHITE: Rgb = [255, 255, 255]
const BLACK: Rgb = [0, 0, 0]
const TEXT_CONTRAST = 4.5
const SHAPE_CONTRAST = 3
const STEPS = 64

/** Reads `#rgb` or `#rrggbb`; `undefined` for everything else. */
export function parseColor(color: string): string | undefined {
  const text = color.toLowerCase()
  if (/^#[0-9a-f]{6}$/.test(text)) return text
  return /^#[0-9a-f]{3}$/.test(text) ? text.replace(/[0-9a-f]/g, '$&$&') : undefined
}

/**
 * Fits a colour to a background: it is made darker on a light one and lighter on a dark one, no
 * further than the contrast asks for.
 *
 * @param color As {@link parseColor} returns it; so is `background`.
 */
export function accentColors(color: string, background: string): AccentColors {
  const fill = withContrast(rgb(color), rgb(background), SHAPE_CONTRAST)
  const ink = withContrast(rgb(color), rgb(background), TEXT_CONTRAST)
  // Whatever the colour, white or black has 4.5:1 against it.
  const onFill = contrastRatio(hex(fill), '#ffffff') >= TEXT_CONTRAST ? WHITE : BLACK
  return { fill: hex(fill), onFill: hex(onFill), ink: hex(ink) }
}

/** WCAG 2.2, "contrast ratio": 1 to 21. */
export function contrastRatio(one: string, other: string): number {
  const [darker = 0, lighter = 0] = [luminance(rgb(one)), luminance(rgb(other))].toSorted(
    (a, b) => a - b,
  )
  return (lighter + 0.05) / (darker + 0.05)
}

function withContrast(color: Rgb, background: Rgb, ratio: number): Rgb {
  const end = luminance(background) > 0.18 ? BLACK : WHITE
  for (let step = 0; step < STEPS; step += 1) {
    const mixed = mix(color, end, step / STEPS)
    if (contrastRatio(hex(mixed), hex(background)) >= ratio) return mixed
  }
  return end
}

function mix(from: Rgb, to: Rgb, share: number): Rgb {
  const at = (index: 0 | 1 | 2): number =>
    Math.round(from[index] + (to[index] - from[index]) * share)
  return [at(0), at(1), at(2)]
}

/** WCAG 2.2, "relative luminance": 0 to 1. */
function luminance(color: Rgb): number {
  const [red = 0, green = 0, blue = 0] = color.map((channel) => {
    const share = channel / 255
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

function rgb(color: string): Rgb {
  const at = (index: number): number => Number.parseInt(color.slice(index, index + 2), 16)
  return [at(1), at(3), at(5)]
}

function hex(color: Rgb): string {
  return `#${color.map((channel) => channel.toString(16).padStart(2, '0')).join('')}`
}
