/** A file that the package exports, and what is in it. */
export interface Entry {
  readonly file: string
  readonly values: readonly string[]
  readonly types: readonly string[]
}
