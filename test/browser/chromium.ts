import { existsSync } from 'node:fs'
import { type Browser, chromium } from 'playwright-core'

const EXECUTABLE = process.env['CHROMIUM'] ?? '/usr/bin/chromium'

/**
 * Why tests in a browser are to be skipped, as a sentence for their title; empty where it is there.
 *
 * @throws {Error} With that sentence, where `REQUIRE_SERVICES=1` says that nothing is skipped.
 */
export function missingChromium(): string {
  if (existsSync(EXECUTABLE)) return ''
  const sentence = ` (Chromium is not at ${EXECUTABLE}; install it, or name another in CHROMIUM)`
  if (process.env['REQUIRE_SERVICES'] === '1') throw new Error(sentence)
  return sentence
}

/** Starts a browser that asks nobody for anything but the pages. */
export async function launchChromium(): Promise<Browser> {
  return chromium.launch({
    executablePath: EXECUTABLE,
    args: ['--no-sandbox', '--disable-background-networking', '--disable-dev-shm-usage'],
    timeout: 120_000,
  })
}
