/** Starts a process where no file can be opened any more, and says what comes of it. */
import { openSync } from 'node:fs'
import { startChild } from '../../../src/gateway/stdio/child.ts'

const listener = { line: () => true, stderr: () => undefined, end: () => undefined }
const options = {
  command: 'cat',
  args: [],
  cwd: undefined,
  environment: {},
  maxMessageBytes: 1_024,
  startTimeoutSeconds: 1,
}

function exhaust(): void {
  try {
    for (;;) openSync('/dev/null', 'r')
  } catch {
    // None is left.
  }
}

exhaust()
try {
  startChild(options, listener)
} catch (error) {
  process.stdout.write((error as { readonly code: string }).code)
}
