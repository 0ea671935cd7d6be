import { GatehouseError } from '../errors/index.ts'

/** A service that the user has to connect. */
export interface NeededConnection {
  readonly service: string
  readonly title: string
  /** `<baseUrl>/connect/<service>`, for a user who signs in there. */
  readonly url: string
  /**
   * `missing`: never connected; `ended`: the service has ended it; `permissions`: more are needed
   * now than were asked for then.
   */
  readonly reason: 'missing' | 'ended' | 'permissions'
}

/**
 * The user has to connect services first. `connections.require` answers it as the client
 * understands; elsewhere its message may be shown to the user: it has no secret.
 */
export class ConnectionRequired extends GatehouseError {
  readonly services: readonly NeededConnection[]

  constructor(services: readonly NeededConnection[]) {
    const names = services.map(({ title, url }) => `${title} (${url})`)
    super('ERR_CONNECTION_REQUIRED', `Connection to ${names.join(', ')}`)
    this.services = services
  }
}
