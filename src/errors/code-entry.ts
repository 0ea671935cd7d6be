/** How one code is explained to the person who has to fix it. */
export interface ErrorCodeEntry {
  /** What went wrong, as one sentence in the present tense. */
  readonly cause: string
  /** What to change, as one imperative sentence. */
  readonly remedy: string
}
