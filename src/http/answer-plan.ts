/** What is known of an answer before its head is sent. */
export interface AnswerHead {
  readonly status: number
  /** The value of a field, by its name in lower case. */
  header(name: string): string | undefined
}

/** Rewrites a body as it passes. What either function throws ends the answer. */
export interface BodyRewriter {
  /** Takes bytes in, and gives those that may go out now; possibly none. */
  push(chunk: Uint8Array): Uint8Array | Promise<Uint8Array>
  /** Gives what is left. */
  end(): Uint8Array | Promise<Uint8Array>
}

/** What is done to an answer that a handler gives. */
export interface AnswerPlan {
  /** Sent instead of it; the handler's body is discarded. */
  readonly replacement?: Response
  /** Rewrites the body; `Content-Length`, `ETag` and digests of the original are dropped. */
  readonly rewriter?: BodyRewriter
  /**
   * Called once the answer is open, with the way to cut it off; what it returns is called once,
   * when the answer is over, however it ended.
   */
  readonly onOpen?: (end: () => void) => () => void
}

/** Decides what is done to an answer. Called exactly once per answer, when its head is known. */
export type PlanAnswer = (head: AnswerHead) => AnswerPlan
