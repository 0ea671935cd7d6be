/** An answer, or one event of a stream, is larger than what is read to rewrite it. */
export class AnswerTooLargeError extends Error {
  constructor(maxBytes: number) {
    super(`The answer has more than ${maxBytes} bytes and cannot be rewritten.`)
    this.name = new.target.name
  }
}
