import { readFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { ConfigError } from '../../errors/index.ts'
import { importPeer } from '../../runtime/index.ts'
import { readConfigText } from './config-text.ts'
import { createFileSchema } from './file-schema.ts'
import type { GatewayFile } from './gateway-file.ts'
import { explainConfigError } from './options-problem.ts'
import { formatKey, type KeyPath, type Problem } from './problem.ts'
import { resolveReferences } from './references.ts'
import { findRisks } from './risk-rules.ts'
import { explainIssues, type Unplaced } from './schema-problems.ts'

/** What a file says, or what is wrong with it. */
export type ReadConfig =
  | {
      readonly ok: true
      readonly file: GatewayFile
      /** What works and is not safe. */
      readonly risks: readonly Problem[]
      /** Says where a mistake is that the options have found. */
      explain(error: ConfigError): Problem
    }
  | { readonly ok: false; readonly problems: readonly Problem[] }

export interface ConfigSource {
  /** Absolute. */
  readonly path: string
  readonly env: Readonly<Record<string, string | undefined>>
}

/**
 * Reads a configuration file of the gateway, and finds every mistake in it that can be found without
 * making a gateway of it.
 *
 * @throws {ConfigError} `ERR_CONFIG_PEER_MISSING` for `yaml` and `zod`
 * @throws {Error} of the file system
 */
export async function readConfig({ path, env }: ConfigSource): Promise<ReadConfig> {
  const yaml = await importPeer('yaml', () => import('yaml'))
  const z = await importPeer('zod', () => import('zod'))
  const text = readConfigText(yaml, await readFile(path, 'utf8'))
  if (text.problems.length > 0) return { ok: false, problems: text.problems }
  const place = ({ path: at, ...problem }: Unplaced): Problem => ({
    ...text.placeOf(at),
    key: formatKey(at),
    ...problem,
  })
  const resolved = await resolveReferences(text.value, { env, folder: dirname(path) }, formatKey)
  const references = resolved.faults.map((fault) => place({ ...fault, rule: 'reference' }))
  const unresolved = new Set(references.map(({ key }) => key))
  const schema = createFileSchema(z)
  const parsed = schema.safeParse(resolved.value, { reportInput: true })
  if (!parsed.success) {
    const explained = explainIssues(parsed.error.issues, z.toJSONSchema(schema)).map(place)
    const problems = explained.filter(({ key }) => !unresolved.has(key))
    return { ok: false, problems: [...references, ...problems] }
  }
  const file = parsed.data as unknown as GatewayFile
  const isReferenced = (at: KeyPath): boolean => resolved.referenced.has(formatKey(at))
  const risks = findRisks(file, isReferenced).map(place)
  if (references.length > 0) return { ok: false, problems: [...references, ...risks] }
  return { ok: true, file, risks, explain: (error) => place(explainConfigError(error)) }
}
