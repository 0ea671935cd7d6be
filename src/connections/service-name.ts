import { configError } from '../options/index.ts'

const SERVICE = /^[a-z][\w-]{0,39}$/
const FIELD = /^[A-Za-z]\w{0,39}$/
/** Names that an object answers to without having them. */
const INHERITED: ReadonlySet<string> = new Set(Object.getOwnPropertyNames(Object.prototype))

/** @throws {ConfigError} `ERR_CONFIG_SERVICE_NAME` */
export function requireServiceName(name: string, path: string): string {
  const isName = SERVICE.test(name) && !/[A-Z]/.test(name) && !INHERITED.has(name)
  // `callback` would be an address of the pages.
  if (isName && name !== 'callback') return name
  throw configError('ERR_CONFIG_SERVICE_NAME', `${path} (${shown(name)})`)
}

/** @throws {ConfigError} `ERR_CONFIG_SERVICE_NAME` */
export function requireFieldName(name: string, path: string): string {
  if (FIELD.test(name) && !INHERITED.has(name)) return name
  throw configError('ERR_CONFIG_SERVICE_NAME', `${path} (${shown(name)})`)
}

function shown(name: string): string {
  return JSON.stringify(name.slice(0, 60))
}
