import { dirname } from 'node:path'
import { ConfigError } from '../../errors/index.ts'
import { createGateway, type Gateway } from '../../gateway/index.ts'
import { describeFileFailure } from '../file-failure.ts'
import type { CliIo } from '../io.ts'
import type { GatewayFile } from './gateway-file.ts'
import { type OpenParts, openParts } from './open-parts.ts'
import type { Problem } from './problem.ts'
import { readConfig } from './read-config.ts'

/** A gateway of a file, or what is wrong with the file. */
export type Built =
  | {
      readonly ok: true
      readonly gateway: Gateway
      readonly parts: OpenParts
      readonly file: GatewayFile
    }
  | { readonly ok: false; readonly problems: readonly Problem[] }

/**
 * Makes a gateway of a configuration file. It does NOT listen.
 *
 * @param isCheck Open nothing that a running gateway has.
 */
export function buildGateway(path: string, io: CliIo, isCheck: boolean): Promise<Built> {
  return build(path, io, { isCheck }, createGateway)
}

/** Puts the file as it is now into a gateway; a mistake in it changes nothing. */
export function rebuildGateway(
  path: string,
  io: CliIo,
  { gateway, parts }: { readonly gateway: Gateway; readonly parts: OpenParts },
): Promise<Built> {
  return build(
    path,
    io,
    { isCheck: false, audit: parts.audit, storage: parts.storage },
    async (options) => {
      await gateway.reload(options)
      return gateway
    },
  )
}

type Make = (options: OpenParts['options']) => Promise<Gateway>

async function build(
  path: string,
  io: CliIo,
  opening: {
    readonly isCheck: boolean
    readonly audit?: OpenParts['audit']
    readonly storage?: OpenParts['storage']
  },
  make: Make,
): Promise<Built> {
  const config = await readConfig({ path, env: io.env })
  if (!config.ok) return config
  const { file, risks } = config
  if (risks.length > 0 && !opening.isCheck) return { ok: false, problems: risks }
  let parts: OpenParts | undefined
  try {
    parts = await openParts(file, { folder: dirname(path), stdout: io.stdout, ...opening })
    const gateway = await make(parts.options)
    if (risks.length === 0) return { ok: true, gateway, parts, file }
    await parts.close()
    return { ok: false, problems: risks }
  } catch (error) {
    await parts?.close()
    if (opening.storage === undefined) await parts?.storage?.close()
    if (error instanceof ConfigError) {
      return { ok: false, problems: [...risks, config.explain(error)] }
    }
    const failure = describeFileFailure(error)
    if (failure === undefined) throw error
    return { ok: false, problems: [...risks, fileProblem(failure)] }
  }
}

function fileProblem(failure: string): Problem {
  const [cause = failure, ...remedy] = failure.split(/(?<=\.) (?=[A-Z])/)
  return { line: 1, column: 1, key: '', rule: 'file', cause, remedy: remedy.join(' ') }
}
