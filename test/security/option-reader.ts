/** Options as somebody could pass them. */
export type Given = Readonly<Record<string, unknown>>

/** Something that takes options. */
export interface Reader {
  /** The exported type of its options, where there is one. */
  readonly type?: string
  /** Options that it accepts. */
  readonly good: Given
  /** Names that exist, to be misspelt. */
  readonly names: readonly string[]
  /** Hands it options, whatever they are. */
  readonly read: (options: never) => unknown
}
