import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'

/** A folder that is there until the tests of the file are over. */
export interface TestFolder {
  readonly path: string
  /** The path of a file in it. */
  readonly file: (name: string) => string
}

export function createTestFolder(): TestFolder {
  const path = mkdtempSync(join(tmpdir(), 'gatehouse-'))
  afterAll(() => rmSync(path, { recursive: true, force: true }))
  return { path, file: (name) => join(path, name) }
}
