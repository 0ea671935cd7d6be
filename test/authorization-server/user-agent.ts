import { createScriptedBrowser, type Page } from 'mcp-gatehouse/testing'

/** A browser whose answers are kept, one after the other. */
export interface RecordingBrowser {
  readonly browser: ReturnType<typeof createScriptedBrowser>
  readonly answers: (Pick<Response, 'headers' | 'status'> & { readonly text: string })[]
}

export function createRecordingBrowser(): RecordingBrowser {
  const answers: RecordingBrowser['answers'] = []
  const browser = createScriptedBrowser({
    fetch: async (input, init) => {
      const answer = await fetch(input, init)
      const { headers, status } = answer
      const text = await answer.text()
      answers.push({ headers, status, text })
      return new Response(text === '' ? null : text, { headers, status })
    },
  })
  return { browser, answers }
}

/** The page that a step ended at. */
export function expectPage(stop: { readonly kind: string }): Page {
  if (stop.kind !== 'page') throw new Error('ended at the client, not at a page')
  return stop as Page
}

/** The URL that the client was sent back to. */
export function expectCallback(stop: { readonly kind: string; readonly url: URL }): URL {
  if (stop.kind !== 'callback') throw new Error(`ended at ${stop.url.pathname}, not at the client`)
  return stop.url
}

/** Asks with GET and follows no redirect. */
export function ask(url: string | URL, init: RequestInit = {}): Promise<Response> {
  return fetch(url, { redirect: 'manual', ...init })
}
