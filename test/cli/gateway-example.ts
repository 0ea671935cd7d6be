import { copyFile, mkdir, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { makeFolder, type Run, runHere } from './support.ts'

const ROOT = resolve(import.meta.dirname, '../..')
export const EXAMPLE = join(ROOT, 'examples/gateway/gatehouse.yaml')
export const SECRET = 'q3Hk0mX9Zr7T-uWb_2LfEwPaYd5sGc1nVoJi8RtQ4Kx'
export const ENV = { AUDIT_KEY: SECRET, REDIS_URL: 'rediss://:pa55word@redis.internal:6379' }

/** Something of a right file replaced, and what is said of it. */
export interface Mistake {
  readonly title: string
  readonly change: readonly [from: string, to: string]
  /** Text of the line that is named, where it is not the replacement. */
  readonly at?: string
  readonly key: string
  readonly says: string
}

/** A folder with the example, its keys, and the secret that it reads from a file. */
export async function makeExampleFolder(): Promise<string> {
  const folder = await makeFolder()
  await mkdir(join(folder, 'secrets'))
  await writeFile(join(folder, 'secrets/tickets-key'), 'tickets-secret\n')
  await runHere(folder, ['keys', 'generate', '--use', 'signing'])
  await copyFile(EXAMPLE, join(folder, 'gatehouse.yaml'))
  return folder
}

export function checkFile(
  folder: string,
  env: Readonly<Record<string, string>> = ENV,
): Promise<Run> {
  return runHere(folder, ['gateway', '--config', 'gatehouse.yaml', '--check'], { env })
}

/** The number of the first line that has this text. */
export function lineOf(text: string, part: string): number {
  return text.slice(0, text.indexOf(part)).split('\n').length
}
