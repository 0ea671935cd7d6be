import type { ServerResponse } from 'node:http'
import { isGone } from './node-answer-head.ts'

/** Calls what waits for the end of an answer, however it ends: also where none was begun. */
export function releaseAtEnd(response: ServerResponse, release: (() => void) | undefined): void {
  if (release === undefined) return
  // Its event has passed, where the client left before it was let through.
  if (isGone(response)) release()
  else response.once('close', release)
}
