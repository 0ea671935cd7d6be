import { StorageError } from '../../errors/index.ts'
import { createEmitter, createRequiredAudit } from '../../observability/index.ts'
import { configError, requireType } from '../../options/index.ts'
import type { Clock } from '../../runtime/index.ts'
import type { CreateAuthorizationServerOptions } from './options.ts'
import type { Settings } from './settings.ts'

/** @throws {ConfigError} where events are required, and nobody receives them */
export function parseAudit(
  { onEvent, auditRequired = false }: CreateAuthorizationServerOptions,
  clock: Clock,
): Pick<Settings, 'emit' | 'requireAudit'> {
  requireType(typeof auditRequired === 'boolean', 'auditRequired', 'a boolean')
  if (!auditRequired) return { emit: createEmitter(onEvent), requireAudit: async () => undefined }
  if (onEvent === undefined) {
    throw configError('ERR_CONFIG_OPTIONS_CONFLICT', 'auditRequired (needs onEvent)')
  }
  const { emit, isWorking } = createRequiredAudit(onEvent)
  return {
    emit,
    async requireAudit() {
      const error = new StorageError('ERR_STORAGE_WRITE', 'onEvent', { retryable: true })
      const probe = { type: 'authorization_server.error', at: clock.now(), error } as const
      if (!(await isWorking(() => probe))) throw error
    },
  }
}
