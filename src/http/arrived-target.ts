import type { IncomingMessage } from 'node:http'

/** The target as it arrived: frameworks cut off the path that they have mounted something at. */
export function arrivedTarget(req: IncomingMessage): string {
  const original: unknown = 'originalUrl' in req ? req.originalUrl : undefined
  return typeof original === 'string' ? original : (req.url ?? '/')
}

/** The same in two parts: what is before the first `?`, and what follows it. */
export function splitTarget(req: IncomingMessage): {
  readonly path: string
  readonly query: string
} {
  const target = arrivedTarget(req)
  const mark = target.indexOf('?')
  return mark === -1
    ? { path: target, query: '' }
    : { path: target.slice(0, mark), query: target.slice(mark + 1) }
}
