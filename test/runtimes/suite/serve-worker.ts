import { notes } from './notes-server.ts'
import { createServedFetch } from './served.ts'
import type { ServedSettings } from './served-settings.ts'

let fetch: ((request: Request) => Promise<Response>) | undefined

/** A Worker: its settings come with the first request, and what it keeps is shared by all. */
export default {
  fetch(request: Request, env: { readonly SETTINGS: ServedSettings }): Promise<Response> {
    fetch ??= createServedFetch(env.SETTINGS, notes.fetch)
    return fetch(request)
  },
}
