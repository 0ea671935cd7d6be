import type { AnswerPlan } from './answer-plan.ts'

/** Fields of an answer that no longer hold once its body was rewritten. */
export const REWRITTEN_BODY_DROPS: readonly string[] = [
  'content-length',
  'content-digest',
  'content-md5',
  'digest',
  'etag',
  'repr-digest',
]

/**
 * Reports an answer as open. The way to cut it off works until the answer is over.
 *
 * @returns Reports it as over; only the first call does.
 */
export function openAnswer(
  onOpen: NonNullable<AnswerPlan['onOpen']>,
  cutOff: () => void,
): () => void {
  let isOver = false
  let onClose: (() => void) | undefined
  function close(): void {
    if (isOver) return
    isOver = true
    onClose?.()
  }
  onClose = onOpen(() => {
    if (isOver) return
    cutOff()
    close()
  })
  // It was cut off before it told what to call.
  if (isOver) onClose()
  return close
}
