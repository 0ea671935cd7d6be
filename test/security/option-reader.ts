/** Options as somebody could pass them. */
export type Given = Readonly<Record<string, unknown>>

/** Something that takes options. */
export interface Reader {
  /** The exported type of its options, where there is one. */
  readonly type?: string
  /** Further types of `src/` whose properties it accepts. @defaultValue none */
  readonly alsoReads?: readonly string[]
  /** Options that it accepts. */
  readonly good: Given
  /** Some names that exist; all of them where there is no type. */
  readonly names: readonly string[]
  /** Hands it options, whatever they are. */
  readonly read: (options: never) => unknown
}
