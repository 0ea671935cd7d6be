import type { BodyRewriter } from '../http/index.ts'
import type { ClientAnswer } from './client-answer.ts'

/** A body that is rewritten on its way, in its order. */
export class RewrittenBody {
  readonly #rewriter: BodyRewriter
  readonly #answer: ClientAnswer
  #work: Promise<boolean> | undefined

  constructor(rewriter: BodyRewriter, answer: ClientAnswer) {
    this.#rewriter = rewriter
    this.#answer = answer
  }

  /** Whether more is wanted; a promise where something has to be waited for before that. */
  push(chunk: Uint8Array): boolean | Promise<boolean> {
    if (this.#work !== undefined) return this.#later(() => this.#rewriter.push(chunk))
    const rewritten = this.#rewriter.push(chunk)
    return rewritten instanceof Promise
      ? this.#later(() => rewritten)
      : this.#answer.write(rewritten)
  }

  /** Writes what is left. */
  end(): Promise<unknown> | undefined {
    if (this.#work !== undefined) return this.#later(() => this.#rewriter.end())
    const rest = this.#rewriter.end()
    if (rest instanceof Promise) return this.#later(() => rest)
    this.#answer.write(rest)
    return undefined
  }

  #later(step: () => Uint8Array | Promise<Uint8Array>): Promise<boolean> {
    const before = this.#work ?? Promise.resolve(true)
    const work = before.then(step).then((bytes) => this.#answer.write(bytes))
    this.#work = work
    const clear = (): void => {
      if (this.#work === work) this.#work = undefined
    }
    work.then(clear, clear)
    return work
  }
}
