import type { PageTexts } from './texts.ts'

/** How the operator looks. */
export interface Brand {
  /** What users know the service by, such as `Acme Notes`. At most 80 characters. */
  readonly name: string
  /**
   * `#rgb` or `#rrggbb`, for the main button, links and the focus ring. It is made darker or lighter
   * where it could not be seen on a light or a dark page.
   * @defaultValue `'#2f5bd8'`
   */
  readonly color?: string | undefined
  /**
   * A `data:` URI in base64 of a PNG, JPEG, WebP or SVG image, at most 64,000 characters. It stands
   * in every page, so that no browser asks anybody for it. SVG runs no script there.
   * @defaultValue none
   */
  readonly logo?: string | undefined
  /** The logo on a dark page. @defaultValue `logo` */
  readonly darkLogo?: string | undefined
}

/** Options of {@link createPages}. */
export interface PagesOptions {
  readonly brand: Brand
  /** Texts in another language or in other words. @defaultValue English */
  readonly texts?: Partial<PageTexts> | undefined
}
