import { notes } from './notes-server.ts'
import { createServedFetch, settingsOfProcess } from './served.ts'

const settings = settingsOfProcess()

/** What `deno serve` and `bun` make a server of; Deno is told the address on its command line. */
export default {
  hostname: '127.0.0.1',
  port: Number(new URL(settings.resource).port),
  fetch: createServedFetch(settings, notes.fetch),
}
