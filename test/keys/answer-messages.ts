/** What a process does with messages: answers each, and ends with whoever sends them. */
export function answerMessages(answer: (question: object) => Promise<object>): void {
  process.on('message', (question: object) => {
    void answer(question).then((value) => process.send?.(value))
  })
  process.on('disconnect', () => process.exit())
}
