import { spawnSync } from 'node:child_process'

/**
 * Why tests that need these programs are to be skipped, as a sentence for their title; empty where
 * all are installed.
 *
 * @throws {Error} With that sentence, where `REQUIRE_SERVICES=1` says that nothing is skipped.
 */
export function missingProgram(...programs: readonly string[]): string {
  const missing = programs.filter((program) => spawnSync(program, ['--version']).error)
  if (missing.length === 0) return ''
  const sentence = ` (${missing.join(', ')} is not installed)`
  if (process.env['REQUIRE_SERVICES'] === '1') throw new Error(sentence)
  return sentence
}
