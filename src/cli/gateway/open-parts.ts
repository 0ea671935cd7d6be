import { access, constants } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { PassThrough, Writable } from 'node:stream'
import { type AuditLog, createAuditLog } from '../../audit/index.ts'
import type { GatewayOptions, RouteDefaults } from '../../gateway/index.ts'
import { memory, type Storage } from '../../storage/index.ts'
import type { TextSink } from '../io.ts'
import { openConnections } from './connection-parts.ts'
import type { FileAudit, FileRoute, GatewayFile } from './gateway-file.ts'
import { openRing } from './key-parts.ts'
import type { LimitParts } from './limit-parts.ts'
import { openFields } from './route-parts.ts'
import { openFileStorage } from './storage-parts.ts'
import type { VerifierParts } from './verifier-parts.ts'

/** Options of a gateway, and what was opened for them. */
export interface OpenParts {
  readonly options: GatewayOptions
  readonly audit: AuditLog | undefined
  readonly storage: Storage | undefined
  /** Closes what another reading of the file opens anew: not the log, and not the storage. */
  close(): Promise<void>
}

export interface Opening {
  /** What relative paths start from. */
  readonly folder: string
  readonly stdout: TextSink
  /** Open nothing that a running gateway has: no log, no connection. */
  readonly isCheck: boolean
  /** Goes on with the log that is open. */
  readonly audit?: AuditLog | undefined
  /** Goes on with the storage that is open. */
  readonly storage?: Storage | undefined
}

/**
 * Makes options of a file. Where that fails, nothing of it stays open: a mistake is read again and
 * again, by each SIGHUP.
 *
 * @throws {ConfigError} for the first mistake found
 * @throws {Error} of the file system, for keys and the log
 */
export async function openParts(file: GatewayFile, opening: Opening): Promise<OpenParts> {
  const limits: LimitParts[] = []
  const close = async (): Promise<void> => {
    await Promise.all(limits.map((parts) => parts.close()))
  }
  try {
    return { ...(await open(file, opening, (parts) => limits.push(parts))), close }
  } catch (error) {
    await close()
    throw error
  }
}

async function open(
  file: GatewayFile,
  opening: Opening,
  onOpened: (limits: LimitParts) => void,
): Promise<Omit<OpenParts, 'close'>> {
  const { $schema: _schema, acceptRisks: _risks, audit: auditOptions, ...rest } = file
  const { keys, storage: fileStorage, connections: fileConnections, routes, ...common } = rest
  const { folder, isCheck } = opening
  const ring = keys === undefined ? undefined : await openRing(keys, 'signing', folder, 'keys')
  const storage =
    opening.storage ?? (fileStorage && (await openFileStorage(fileStorage, folder, isCheck)))
  const anyStorage = storage ?? memory()
  const surroundings = { folder, storage, anyStorage, isCheck, file, onOpened }
  const defaults = await openFields(common, '', surroundings)
  const opened = await Promise.all(
    routes.map((route, index) =>
      openFields(runIn(folder, route), `routes[${index}].`, surroundings),
    ),
  )
  const audit = opening.audit ?? (auditOptions && (await openAudit(auditOptions, opening)))
  const events = audit === undefined ? {} : { onEvent: audit.write }
  const { publicUrl, allowInsecureLoopback = false } = file
  const connections =
    fileConnections &&
    (await openConnections(fileConnections, {
      baseUrl: publicUrl,
      storage: anyStorage,
      folder,
      allowInsecureLoopback,
      ...events,
    }))
  const options = {
    ...defaults.options,
    publicUrl,
    ...(ring !== undefined && { keys: ring }),
    ...(connections !== undefined && { connections }),
    ...events,
    routes: await Promise.all(
      opened.map(({ options: route, verifier = defaults.verifier }, index) =>
        withVerifier(route, verifier, `${publicUrl}${routes[index]?.path}`),
      ),
    ),
  }
  return {
    // `path` and `upstream` of the routes have come through.
    options: options as unknown as GatewayOptions,
    audit,
    storage,
  }
}

/** Has the command of a route run in the folder that it names, or in that of the file. */
function runIn(folder: string, route: FileRoute): FileRoute {
  const { upstream } = route
  if (typeof upstream === 'string' || !('command' in upstream)) return route
  return { ...route, upstream: { ...upstream, cwd: resolve(folder, upstream.cwd ?? '') } }
}

async function withVerifier(
  route: RouteDefaults,
  parts: VerifierParts | undefined,
  resource: string,
): Promise<RouteDefaults> {
  if (parts === undefined) return route
  const { publishedKeys } = parts
  return {
    ...route,
    verifier: await parts.create(resource),
    ...(publishedKeys.length > 0 && { publishedKeys }),
  }
}

async function openAudit(
  { to, ...options }: FileAudit,
  { folder, isCheck, stdout }: Opening,
): Promise<AuditLog> {
  if (to === 'stdout')
    return createAuditLog({ ...options, stream: isCheck ? sink() : toStream(stdout) })
  const file = resolve(folder, to)
  if (!isCheck) return createAuditLog({ ...options, file })
  await access(dirname(file), constants.W_OK)
  return createAuditLog({ ...options, stream: sink() })
}

const sink = (): Writable => new PassThrough().resume()

function toStream(stdout: TextSink): Writable {
  if (stdout instanceof Writable) return stdout
  return new Writable({
    write(chunk: Buffer, _encoding, done) {
      stdout.write(chunk.toString())
      done()
    },
  })
}
