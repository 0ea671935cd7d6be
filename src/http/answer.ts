/** A JSON answer that no cache keeps, with further header fields. */
export function jsonAnswer(
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): Response {
  return new Response(JSON.stringify(body), {
    status,
    headers: { 'Content-Type': 'application/json', 'Cache-Control': 'no-store', ...headers },
  })
}

/** Sets fields on an answer, on a copy where its headers are immutable. */
export function withHeaders(answer: Response, headers: Readonly<Record<string, string>>): Response {
  const entries = Object.entries(headers)
  if (entries.length === 0) return answer
  const copy = new Response(answer.body, answer)
  for (const [name, value] of entries) {
    // What the handler varies by stays true.
    if (name === 'Vary') copy.headers.append(name, value)
    else copy.headers.set(name, value)
  }
  return copy
}
