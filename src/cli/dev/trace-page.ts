import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Trace } from './trace.ts'

const PAGE = `<!doctype html>
<html lang="en"><meta charset="utf-8"><title>mcp-gatehouse dev</title>
<link rel="stylesheet" href="/__trace/style.css"><h1>What happens</h1>
<table><thead><tr><th>Time<th>Request<th>Step</thead><tbody id="steps" aria-live="polite"></tbody></table>
<script src="/__trace/script.js"></script></html>
`
const SCRIPT = `const body = document.getElementById('steps')
new EventSource('/__trace/events').onmessage = ({ data }) => {
  const { at, request, tone, text } = JSON.parse(data)
  const row = body.insertRow(0)
  row.className = tone
  for (const cell of [new Date(at * 1000).toLocaleTimeString(), request, text]) {
    row.insertCell().textContent = cell
  }
}
`
const STYLE = `body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem; color-scheme: light dark }
td, th { padding: 0.2rem 1rem 0.2rem 0; text-align: left; vertical-align: top }
.good { color: light-dark(#05603a, #6ce9a6) } .bad { color: light-dark(#b42318, #fda29b) }
`
const FILES: Readonly<Record<string, readonly [type: string, text: string]>> = {
  '/__trace': ['text/html; charset=utf-8', PAGE],
  '/__trace/script.js': ['text/javascript; charset=utf-8', SCRIPT],
  '/__trace/style.css': ['text/css; charset=utf-8', STYLE],
}
const HEADERS = {
  'cache-control': 'no-store',
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
}

/** Answers below `/__trace`. */
export interface TracePage {
  /** @returns Whether it was for this page. */
  (message: IncomingMessage, response: ServerResponse): boolean
  close(): void
}

/** @param host The only one that is answered: a page of another name could read along otherwise. */
export function createTracePage(trace: Trace, host: string): TracePage {
  const open = new Set<() => void>()

  function stream(response: ServerResponse): void {
    response.writeHead(200, { ...HEADERS, 'content-type': 'text/event-stream' })
    const send = (step: unknown): unknown => response.write(`data: ${JSON.stringify(step)}\n\n`)
    trace.steps.forEach(send)
    response.flushHeaders()
    const stop = trace.listen(send)
    const end = (): void => void response.end()
    open.add(end)
    response.once('close', () => {
      stop()
      open.delete(end)
    })
  }

  function answer(message: IncomingMessage, response: ServerResponse): boolean {
    const { url = '', method } = message
    if (url !== '/__trace' && !url.startsWith('/__trace/')) return false
    const file = FILES[url]
    if (message.headers.host !== host) response.writeHead(403).end()
    else if (method !== 'GET') response.writeHead(405, { allow: 'GET' }).end()
    else if (url === '/__trace/events') stream(response)
    else if (file === undefined) response.writeHead(404).end()
    else response.writeHead(200, { ...HEADERS, 'content-type': file[0] }).end(file[1])
    return true
  }

  return Object.assign(answer, {
    close() {
      for (const end of open) end()
    },
  })
}
